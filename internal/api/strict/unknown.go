package strict

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api/endpoint"
	"github.com/cineforge/cineforge/internal/api/problem"
	"github.com/cineforge/cineforge/internal/spelling"
)

// unknown is a member of a body or a query parameter that the operation does not have, or a
// member that is there twice.
type unknown struct {
	pointer  string // JSON pointer to the member; "" for a query parameter
	location string // as in other problems: body.a[0].b, query.a
	message  string
	near     string // the known name that it is a form of; "" if it is a name of its own
	twice    bool
	limit    bool // it is a spending limit, which other operations have
}

// refused reports whether a request with it is refused. An operation of this system refuses
// all that it does not know. One of the first system does not refuse what its clients may send,
// but no client of the first system sends a misspelt name of ours: to ignore dryrun would
// make a real run of a check, and pay for it.
func (u unknown) refused(original bool) bool { return !original || u.twice || u.near != "" || u.limit }

// limits are members of a start and of a retry that bound what it spends. Another request that names
// one is not taken without it.
var limits = map[string]string{
	"max_cost_usd":     "POST /runs/start and POST /runs/{run_id}/retry take max_cost_usd",
	"max_wait_seconds": "POST /runs/start and POST /runs/{run_id}/retry take max_wait_seconds",
}

// maxUnknown limits how many unknown members a request may have, whichever operation it is for.
const maxUnknown = 100

// unknownMembers finds the members of a JSON body that its schema does not have. It skips what the
// schema leaves free, and what is not JSON or has another type, which the handler refuses.
func unknownMembers(schemas huma.Registry, s *huma.Schema, body []byte) []unknown {
	if !json.Valid(body) {
		return nil
	}
	f := &finder{schemas: schemas}
	f.value(s, body, "", "body")
	return f.found
}

// finder walks a body along a schema.
type finder struct {
	schemas huma.Registry
	found   []unknown
}

func (f *finder) value(s *huma.Schema, raw json.RawMessage, pointer, location string) {
	for s != nil && s.Ref != "" {
		s = f.schemas.SchemaFromRef(s.Ref)
	}
	raw = bytes.TrimSpace(raw)
	switch {
	case s == nil || len(raw) == 0:
	case s.Type == huma.TypeObject && raw[0] == '{':
		f.object(s, raw, pointer, location)
	case s.Type == huma.TypeArray && raw[0] == '[':
		var items []json.RawMessage
		json.Unmarshal(raw, &items) //nolint:errcheck // the whole body is valid
		for i, item := range items {
			f.value(s.Items, item, pointer+"/"+strconv.Itoa(i), fmt.Sprintf("%s[%d]", location, i))
		}
	}
}

// closed reports whether a schema of objects names all members that there are.
func closed(s *huma.Schema) bool {
	return s.AdditionalProperties == nil || s.AdditionalProperties == false
}

func (f *finder) object(s *huma.Schema, raw json.RawMessage, pointer, location string) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.Token() //nolint:errcheck // the brace
	known := slices.Sorted(maps.Keys(s.Properties))
	seen := map[string]bool{}
	for d.More() && len(f.found) < maxUnknown {
		key, err := d.Token()
		name, isName := key.(string)
		var v json.RawMessage
		if err != nil || !isName || d.Decode(&v) != nil {
			return // nested too deeply, which the handler refuses
		}
		at := unknown{pointer: pointer + "/" + escape(name), location: location + "." + endpoint.Clip(name)}
		member := s.Properties[name]
		switch rest, _ := s.AdditionalProperties.(*huma.Schema); {
		case member == nil && closed(s):
			at.near, at.message = spelling.Misspelt(name, known), noSuch("member", name, known)
			if instead, ok := limits[name]; ok {
				at.limit, at.message = true, "there is no member "+name+" here; "+instead
			}
			f.found = append(f.found, at)
		case member == nil:
			f.value(rest, v, at.pointer, at.location)
		case seen[name] && closed(s):
			at.twice, at.message = true, "the member "+endpoint.Clip(name)+" is there twice"
			f.found = append(f.found, at)
		default:
			seen[name] = true
			f.value(member, v, at.pointer, at.location)
		}
	}
}

// unknownParameters finds the parameters of a query that its operation does not have.
func unknownParameters(known []string, query url.Values) (found []unknown) {
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if slices.Contains(known, name) {
			continue
		}
		found = append(found, unknown{location: "query." + endpoint.Clip(name), near: spelling.Misspelt(name, known),
			message: noSuch("query parameter", name, known)})
		if len(found) == maxUnknown {
			break
		}
	}
	return found
}

// maxListed is how many known names are listed where none is similar.
const maxListed = 8

func noSuch(what, name string, known []string) string {
	text := "there is no " + what + " " + endpoint.Clip(name)
	if hint := spelling.Meant(name, known); hint != "" {
		text += "; " + hint
	} else if len(known) > 0 && len(known) <= maxListed {
		text += "; there are " + strings.Join(known, ", ")
	}
	return text
}

// escape writes a name as a part of a JSON pointer.
func escape(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(endpoint.Clip(name))
}

// maxUnknownNamed is how many unknown members the message of a problem names; errors lists all.
const maxUnknownNamed = 3

// refuseUnknown makes the problem of a request with unknown members.
func refuseUnknown(operationID string, found []unknown) *problem.Refusal {
	var details []client.Detail
	var named []string
	for _, u := range found {
		details = append(details, client.Detail{Message: u.message, Location: u.location, Pointer: u.pointer})
		if len(named) < maxUnknownNamed {
			named = append(named, strings.TrimPrefix(u.pointer+": "+u.message, ": "))
		}
	}
	message := "the request can't be used: " + strings.Join(named, ", and ")
	if more := len(found) - len(named); more > 0 {
		message += fmt.Sprintf(", and %d more", more)
	}
	r := problem.Refuse(http.StatusUnprocessableEntity, "invalid_request", message, "see /docs#"+operationID+" for the names that there are")
	r.Errors = details
	return r
}

// replayed is a body that is read again from its start.
type replayed struct {
	io.Reader
	io.Closer
}

// peek reads the body of a request and puts it back. It is false if the body is larger than the limit
// or can't be read; the handler then finds the same.
func peek(r *http.Request, limit int64) ([]byte, bool) {
	data, err := io.ReadAll(io.LimitReader(r.Body, limit+1))
	rest := io.Reader(r.Body)
	if err != nil {
		rest = failing{err}
	}
	r.Body = replayed{io.MultiReader(bytes.NewReader(data), rest), r.Body}
	return data, err == nil && int64(len(data)) <= limit
}

// failing is a reader that has failed.
type failing struct{ err error }

// Read returns the failure.
func (f failing) Read([]byte) (int, error) { return 0, f.err }
