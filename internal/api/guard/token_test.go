package guard

import (
	"strings"
	"testing"
)

const (
	one   = "0123456789abcdef-one"
	two   = "0123456789abcdef-two"
	three = "0123456789abcdef:three" // has a colon of its own
)

func TestParseTokens_NamedAndNameless(t *testing.T) {
	for name, text := range map[string]string{
		"lines":         "# the crew\n\nanna:" + one + "\n" + two + "\n  ben@stage-2 : " + three + "  \n",
		"Windows":       "\ufeff# the crew\r\nanna:" + one + "\r\n" + two + "\r\nben@stage-2:" + three + "\r\n",
		"no line's end": "anna:" + one + "\n" + two + "\nben@stage-2:" + three,
	} {
		t.Run(name, func(t *testing.T) {
			all, err := ParseTokens([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			want := []Token{{Name: "anna", Secret: one}, {Secret: two}, {Name: "ben@stage-2", Secret: three}}
			if len(all) != len(want) {
				t.Fatalf("%d tokens", len(all))
			}
			for i := range all {
				if all[i] != want[i] {
					t.Errorf("%d: %+v", i, all[i])
				}
			}
		})
	}
}

// A file that can't be used is refused with the line, and without what stands there.
func TestParseTokens_Refuses(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"nothing":                 {"", "there is no token in it"},
		"only comments":           {"# " + one + "\n\n", "there is no token in it"},
		"short":                   {one + "\nanna:secret-of-anna\n", "line 2: the token has less than 16 characters"},
		"a name alone":            {"anna:\n", "line 1: the token has less than 16 characters"},
		"no name":                 {":" + one, "line 1: what stands before the colon is not a name"},
		"no such name":            {"anna maria:" + one, "line 1: what stands before the colon is not a name"},
		"a long name":             {strings.Repeat("a", 65) + ":" + one, "line 1: what stands before the colon is not a name"},
		"a token with a colon":    {"0123/secret:" + one, "line 1: what stands before the colon is not a name"},
		"a space":                 {"anna:0123456789 secret-0123", "line 1: the token has characters other than visible ASCII"},
		"NUL":                     {"anna:" + one + "\x00secret", "line 1: the token has characters other than visible ASCII"},
		"binary":                  {"\x7fELF\x02\x01\x00secret\x00\x00", "line 1: the token has characters other than visible ASCII"},
		"UTF-16":                  {"\xff\xfes\x00e\x00c\x00\n\x00", "line 1: the token has characters other than visible ASCII"},
		"not UTF-8":               {"anna:" + one + "\xff", "line 1: the token has characters other than visible ASCII"},
		"a line's end of old":     {"anna:" + one + "\rben:" + two, "line 1: the token has characters other than visible ASCII"},
		"a mark in the middle":    {"anna:" + one + "\n\ufeffben:" + two, "line 2: what stands before the colon is not a name"},
		"the same token":          {"anna:" + one + "\n\nben:" + one, "line 3: an earlier line has the same token"},
		"the same token, unnamed": {one + "\n" + one, "line 2: an earlier line has the same token"},
		"the same name":           {"anna:" + one + "\nanna:" + two, "line 2: an earlier line has the same name"},
	} {
		t.Run(name, func(t *testing.T) {
			all, err := ParseTokens([]byte(test.text))
			if err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Fatalf("%v %v, want %s", all, err, test.want)
			}
			for _, secret := range []string{"secret", one, two} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("the error tells a token: %v", err)
				}
			}
		})
	}
}

func FuzzParseTokens(f *testing.F) {
	for _, text := range []string{"anna:" + one + "\n" + two, "\ufeff#\r\n:", "a:b\x00", "\xff\xfe"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := ParseTokens(data)
		if (err == nil) != (len(all) > 0) {
			t.Fatal(all, err)
		}
		k := newKeyring(all)
		for _, a := range all {
			if len(a.Secret) < minSecret || strings.ContainsAny(a.Name+a.Secret, " \r\n\x00") {
				t.Errorf("%+v", a)
			}
			if name, ok := k.find(a.Secret); !ok || name != a.Name {
				t.Errorf("%+v is found as %q", a, name)
			}
		}
	})
}

// Each token is its own name's, and what is like one is none.
func TestKeyring_Find(t *testing.T) {
	k := newKeyring([]Token{{Name: "anna", Secret: one}, {Secret: two}, {Name: "ben", Secret: three}})
	for secret, want := range map[string]string{one: "anna", two: "", three: "ben"} {
		if name, ok := k.find(secret); !ok || name != want {
			t.Errorf("%s: %q %t", secret, name, ok)
		}
	}
	for _, wrong := range []string{"", "anna", "anna:" + one, one + " ", one[:len(one)-1], strings.ToUpper(one), one + two} {
		if name, ok := k.find(wrong); ok {
			t.Errorf("%q is a token of %q", wrong, name)
		}
	}
	if _, ok := newKeyring(nil).find(""); ok {
		t.Error("no token is a token")
	}
}
