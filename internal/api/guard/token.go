package guard

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Token is a secret by which a client may use the server.
type Token struct {
	Name   string // of its owner, which the log and events say; "" for none
	Secret string
}

// minSecret is how long a secret has to be, in characters.
const minSecret = 16

// tokenNamePattern is what the name of a token looks like.
var tokenNamePattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$`)

// ParseTokens reads a file of tokens: a secret on each line, or NAME:SECRET. Empty lines and
// those that begin with # are skipped. An error names the line, and nothing that stands there,
// which may be a secret.
func ParseTokens(data []byte) ([]Token, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	var all []Token
	number := 0
	for line := range strings.Lines(string(data)) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		t, err := parseToken(line)
		if err == nil {
			err = t.unlike(all)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		all = append(all, t)
	}
	if len(all) == 0 {
		return nil, errors.New("there is no token in it")
	}
	return all, nil
}

// parseToken reads a line.
func parseToken(line string) (Token, error) {
	name, secret, named := strings.Cut(line, ":")
	if !named {
		name, secret = "", line
	}
	name, secret = strings.TrimSpace(name), strings.TrimSpace(secret)
	if named && !tokenNamePattern.MatchString(name) {
		return Token{}, errors.New("what stands before the colon is not a name: " +
			"1 to 64 letters, digits and . _ @ -, beginning with a letter or digit")
	}
	return Token{Name: name, Secret: secret}, CheckSecret(secret)
}

// CheckSecret returns why a secret can't be used, without it.
func CheckSecret(secret string) error {
	switch {
	case strings.ContainsFunc(secret, func(r rune) bool { return r <= ' ' || r > '~' }):
		return errors.New("the token has characters other than visible ASCII")
	case len(secret) < minSecret:
		return fmt.Errorf("the token has less than %d characters", minSecret)
	}
	return nil
}

// unlike returns an error if one of others has the same secret or name.
func (t Token) unlike(others []Token) error {
	for _, o := range others {
		switch {
		case o.Secret == t.Secret:
			return errors.New("an earlier line has the same token")
		case o.Name == t.Name && t.Name != "":
			return errors.New("an earlier line has the same name")
		}
	}
	return nil
}

// keyring finds the token that a client shows. It holds digests only.
type keyring []struct {
	name   string
	digest [sha256.Size]byte
}

func newKeyring(tokens []Token) keyring {
	k := make(keyring, len(tokens))
	for i, t := range tokens {
		k[i].name, k[i].digest = t.Name, sha256.Sum256([]byte(t.Secret))
	}
	return k
}

// find returns the name of the token with a secret. It compares all of them in constant time, so
// that timing says nothing about any.
func (k keyring) find(secret string) (name string, ok bool) {
	digest, at := sha256.Sum256([]byte(secret)), -1
	for i := range k {
		at = subtle.ConstantTimeSelect(subtle.ConstantTimeCompare(digest[:], k[i].digest[:]), i, at)
	}
	if at < 0 {
		return "", false
	}
	return k[at].name, true
}
