package api_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/run"
)

// Ids that mean something to a file system, a database, a terminal or a browser.
var evilIDs = []string{"..", ".", "../..", "..%2f..%2fetc%2fpasswd", "%2e%2e%2f", "%2e%2e", "..%5c..%5cboot.ini", "..\\..", "%00", "a%00b",
	"%0d%0aSet-Cookie:x=1", "%1b[31m",
	"'%20OR%201=1--", "%22;drop%20table%20runs", "%25", "%c0%ae%c0%ae", "%ff%fe", "<script>alert(1)</script>", "$(id)", "CON", "~", "-rf", "*",
	strings.Repeat("a", 5000), "%F0%9F%8E%AC", "a;b", "a?b", "a#b"}

// No id leads to anything but to its absence, wherever it stands.
func TestAPI_EvilIDs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		s.project("tide")
		for _, op := range contractOf(t, s.api).operations() {
			if !strings.Contains(op.path, "{") {
				continue
			}
			for _, id := range evilIDs {
				for _, p := range op.Parameters {
					if p.In != "path" || p.Name == "version" {
						continue
					}
					path := strings.ReplaceAll(op.path, "{"+p.Name+"}", strings.ReplaceAll(strings.ReplaceAll(id, "#", "%23"), "?", "%3F"))
					op.path, path = path, op.path
					r := op.request(t, func(string) string { return "1" })
					op.path = path
					a := s.do(r)
					if a.status != 404 && a.status != 422 && a.status != 400 && a.status != 429 && a.status != 405 {
						t.Errorf("%s: %d: %.200s", a.what, a.status, a.body)
					}
					time.Sleep(time.Second) // for the rate limit
				}
			}
		}
		s.leavesNothing()
		if found := into[[]client.RecentProject](s.get("/api/projects/recent").is(200)); len(found) != 1 {
			t.Errorf("%+v", found)
		}
	})
}

// archived is an archive with one file.
func archived(name, content string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	f, err := z.Create(name)
	if err == nil {
		_, err = io.WriteString(f, content)
	}
	if err != nil || z.Close() != nil {
		panic(err)
	}
	return b.Bytes()
}

// What a file is goes by what is in it, not by what it or its form says.
func TestInputsHandler_HostileUploads(t *testing.T) {
	script := "INT. HOUSE - DAY\n\nRain.\n"
	part := func(disposition, kind, content string) string {
		return "--x\r\nContent-Disposition: form-data; " + disposition + "\r\nContent-Type: " + kind + "\r\n\r\n" + content + "\r\n--x--\r\n"
	}
	for _, test := range []struct {
		name   string
		body   string
		kind   string // of the request; a form's if it is not given
		status int
		code   string
	}{
		{"a script", part(`name="file"; filename="a.fountain"`, "text/plain", script), "", 201, ""},
		{"a script that says it is a picture", part(`name="file"; filename="a.fountain"`, "image/png", script), "", 201, ""},
		{"no form", script, "text/plain", 400, "invalid_request"},
		{"JSON", `{"file":"x"}`, "application/json", 400, "invalid_request"},
		{"a form without boundary", part(`name="file"; filename="a.fountain"`, "text/plain", script), "multipart/form-data", 400,
			"invalid_request"},
		{"a form of another boundary", part(`name="file"; filename="a.fountain"`, "text/plain", script), "multipart/form-data; boundary=y", 422,
			"missing_file"},
		{"a form that ends early", strings.TrimSuffix(part(`name="file"; filename="a.fountain"`, "text/plain", script), "\r\n--x--\r\n"), "", 400,
			"invalid_request"},
		{"an empty form", "--x--\r\n", "", 422, "missing_file"},
		{"nothing", "", "", 422, "missing_file"},
		{"another part", part(`name="other"; filename="a.fountain"`, "text/plain", script), "", 422, "missing_file"},
		{"no name", part(`name="file"`, "text/plain", script), "", 422, "missing_filename"},
		{"an empty name", part(`name="file"; filename=""`, "text/plain", script), "", 422, "missing_filename"},
		{"an empty file", part(`name="file"; filename="a.fountain"`, "text/plain", ""), "", 422, "empty_upload"},
		{"a blank file", part(`name="file"; filename="a.fountain"`, "text/plain", " \n\t\n"), "", 422, "invalid_request"},
		{"a file that is too large", part(`name="file"; filename="a.fountain"`, "text/plain", strings.Repeat("x", 1<<20+1)), "", 413,
			"too_large"},
		{"a form that is too large", part(`name="file"; filename="a.fountain"`, "text/plain", strings.Repeat("x", 3<<20)), "", 413, "too_large"},
		{"much before the file", "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n" + strings.Repeat("x", 3<<20) + "\r\n" +
			part(`name="file"; filename="a.txt"`, "text/plain", script), "", 413, "too_large"},
		{"an archive", part(`name="file"; filename="a.fountain"`, "text/plain", string(archived("a.txt", script))), "", 422, "invalid_request"},
		{"an archive that leads elsewhere",
			part(`name="file"; filename="a.docx"`, "text/plain", string(archived("../../../etc/cron.d/x", script))), "", 422, "invalid_request"},
		{"a picture", part(`name="file"; filename="a.fountain"`, "text/plain", "\x89PNG\r\n\x1a\n"+strings.Repeat("\x00\x01", 200)), "", 422,
			"invalid_request"},
		{"a PDF that is none", part(`name="file"; filename="a.fountain"`, "text/plain", "%PDF-1.7\nnothing"), "", 422, "invalid_request"},
		{"a program", part(`name="file"; filename="a.txt"`, "text/plain", "\x7fELF\x02\x01\x01"+strings.Repeat("\x00", 300)), "", 422,
			"invalid_request"},
		{"NUL bytes", part(`name="file"; filename="a.txt"`, "text/plain", "INT. A\x00B - DAY\n\x00\x00\n"), "", 201, ""},
		{"XML that includes a file",
			part(`name="file"; filename="a.fdx"`, "text/xml",
				`<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><FinalDraft><Content><Paragraph `+
					`Type="Action"><Text>&x;</Text></Paragraph></Content></FinalDraft>`), "", 422, "invalid_request"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := idle(t, api.Options{UploadLimit: 1 << 20}, app.Config{})
				s.project("tide")
				for _, path := range []string{"/api/projects/tide/inputs/upload", "/api/projects/quick-scan"} {
					kind := test.kind
					if kind == "" {
						kind = "multipart/form-data; boundary=x"
					}
					a := s.post(path, strings.NewReader(test.body), "Content-Type: "+kind)
					if strings.Contains(string(a.body), "root:") {
						t.Errorf("%s", a.body)
					}
					if path == "/api/projects/quick-scan" && (test.status == 201 || test.code == "invalid_request" && test.status == 422) {
						a.is(200) // a name can be found for anything
					} else if a.is(test.status); test.code != "" {
						a.fails(test.status, test.code)
					}
				}
				s.leavesNothing()
				if list := into[[]client.Input](s.get("/api/projects/tide/inputs").is(200)); len(list) > 0 != (test.status == 201) {
					t.Errorf("%+v", list)
				}
			})
		})
	}
}

// A file's name is text, and what an input is named by is letters.
func TestInputsHandler_NamesOfUploads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		s.project("tide")
		for name, want := range map[string]string{
			"../../../etc/passwd.txt": "passwd.txt", `C:\Users\me\a.fountain`: "", "a\x00b\x1b[31m.txt": "", ".hidden.txt": "hidden.txt",
			"Zürich 🎬.fountain":                  "Z_rich_.fountain",
			strings.Repeat("long", 200) + ".txt": "", "<img src=x>.txt": "_img_src_x_.txt", "..": "", "con.txt": "con.txt", "a\r\nX: y.txt": "",
		} {
			a := s.upload("tide", name, []byte("INT. HOUSE - DAY\n\nRain "+strconv.Quote(name)+"\n"))
			if a.status != 201 {
				if a.status != 422 && a.status != 400 {
					t.Errorf("%q: %d %s", name, a.status, a.body)
				}
				continue
			}
			up := into[client.Uploaded](a)
			id, rest, _ := strings.Cut(up.StoredPath, "_")
			if len(id) != 8 || strings.Trim(rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") != "" ||
				len(up.StoredPath) > 140 || want != "" && rest != want {
				t.Errorf("%q is stored as %q", name, up.StoredPath)
			}
			if strings.ContainsAny(up.OriginalName, "/\x00\x1b\r\n") {
				t.Errorf("%q is called %q", name, up.OriginalName)
			}
			s.get("/api/projects/tide/inputs/" + up.StoredPath).is(200)
		}
		for _, name := range []string{"%5c..", ".hidden", "a%2fb", "..%5ccineforge.db", "..."} {
			s.get("/api/projects/tide/inputs/"+name).fails(400, "invalid_filename")
		}
		for _, name := range []string{"..%2f..%2fcineforge.db", "..", "%2e%2e"} { // which is no path to the server
			s.get("/api/projects/tide/inputs/"+name).fails(404, "not_found")
		}
	})
}

// As many uploads as can be sent: some are taken, the others are told when to come
// again, and neither disk nor memory keeps what was not taken.
func TestInputsHandler_ManyUploads(t *testing.T) {
	n := 600
	if text := os.Getenv("CINEFORGE_UPLOADS"); text != "" {
		n, _ = strconv.Atoi(text)
	}
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		s.project("tide")
		taken, refused := 0, 0
		content := func(i int) []byte {
			return []byte(fmt.Sprintf("INT. HOUSE %d - DAY\n\n%s\n", i, strings.Repeat("Rain. ", 2000)))
		}
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		for i := range n {
			switch a := s.upload("tide", "a.txt", content(i)); a.status {
			case 201:
				taken++
			case 429:
				refused++
				if a.header.Get("Retry-After") == "" {
					t.Fatal(a.header)
				}
			default:
				t.Fatal(a.status, string(a.body))
			}
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		if taken < 100 || taken > 130 || taken+refused != n {
			t.Errorf("%d taken, %d refused", taken, refused)
		}
		if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 64<<20 {
			t.Errorf("the heap has grown by %d MB", grown>>20)
		}
		t.Logf("%d uploads: %d taken, %d refused, heap %+d KB", n, taken, refused, (int64(after.HeapAlloc)-int64(before.HeapAlloc))>>10)
		s.leavesNothing()
	})
}

// mute answers all that is asked of providers with the same.
type mute struct {
	status int
	body   string
}

func (m mute) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: m.status,
		Header: http.Header{"Content-Type": {"text/html"}, "X-Request-Id": {"<script>alert(2)</script>"}},
		Body:   io.NopCloser(strings.NewReader(m.body)), Request: r}, nil
}

// What providers say is text: it is told, as JSON, without the keys that it may hold.
func TestAPI_TextsOfProvidersAreText(t *testing.T) {
	for _, status := range []int{400, 401, 403} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				body := `{"type":"error","error":{"type":"invalid_request_error","code":"invalid_api_key","message":"<script>alert(1)</script> ` +
					`Incorrect API key: `
				for _, key := range keys {
					body += key + " "
				}
				m := providers.FromEnvironment(func(name string) string { return keys[name] })
				s := open(t, api.Options{}, app.Config{Providers: m, Transport: mute{status, body + `"}}`}})
				id := s.start(s.given("tide", "night_bus.txt"))
				if st := s.rests(id).State; st.Status != run.RunFailed {
					t.Fatal(st.Status)
				}
				said := false
				for _, path := range []string{"/api/runs/" + id + "/state", "/api/runs/" + id + "/events", "/api/runs/" + id + "/events/stream",
					"/api/runs/" + id + "/retry-plan", "/api/runs/" + id + "/export",
					"/api/projects/tide/chat", "/api/projects/tide/runs", "/api/runs", "/api/providers", "/api/providers/events"} {
					a := s.get(path).is(200) // which looks for the keys
					if kind := a.header.Get("Content-Type"); strings.Contains(kind, "html") || a.header.Get("X-Content-Type-Options") != "nosniff" {
						t.Error(path, kind)
					}
					said = said || strings.Contains(string(a.body), "alert(1)")
				}
				t.Log("told what the provider said:", said)
				s.keepsNoKey()
			})
		})
	}
}

// keepsNoKey wants no key in the answers of the store.
func (s *site) keepsNoKey() {
	s.Helper()
	entries, err := s.app.Reader.Feed.Entries(s.Context(), run.EventFilter{}, 0, 100_000)
	if err != nil {
		s.Fatal(err)
	}
	for _, e := range entries {
		data, err := e.MarshalJSON()
		if err != nil {
			s.Fatal(err)
		}
		for name, key := range keys {
			if bytes.Contains(data, []byte(key)) {
				s.Errorf("event %d tells %s: %s", e.Seq, name, data)
			}
		}
	}
}

// Text of hostile JSON: deep, huge, doubled, of the wrong types.
func TestAPI_HostileJSON(t *testing.T) {
	if raceOn {
		t.Skip("judging deep answers takes minutes with the race detector; it is tested without it")
	}
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		s.project("tide")
		deep := func(n int) string { return strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) }
		for name, body := range map[string]string{
			"deep": `{"ui_preferences":` + deep(9000) + `}`, "deeper": `{"ui_preferences":` + deep(11_000) + `}`,
			"unclosed":      strings.Repeat(`[`, 900_000),
			"many members":  `{"ui_preferences":{` + strings.Repeat(`"a":1,`, 100_000) + `"b":2}}`,
			"a huge number": `{"ui_preferences":{"a":1e999999}}`,
			"a long number": `{"ui_preferences":{"a":` + strings.Repeat("9", 100_000) + `}}`, "half a character": "{\"display_name\":\"\xc3\"}",
			"half a pair": `{"display_name":"\ud800"}`,
			"NUL":         `{"display_name":"a\u0000b"}`, "null": `null`, "a list": `[]`, "a number": `3`,
			"an array for an object": `{"ui_preferences":[]}`, "a name twice": `{"display_name":"a","display_name":"b"}`,
			"a name that is known elsewhere": `{"__proto__":{"admin":true},"ui_preferences":{"__proto__":1}}`,
			"spaces":                         strings.Repeat(" ", 900_000), "nothing": "",
		} {
			began := time.Now()
			a := s.call(http.MethodPatch, "/api/projects/tide/settings", body)
			if a.status != 200 && a.status != 400 && a.status != 422 {
				t.Errorf("%s: %d %.300s", name, a.status, a.body)
			}
			if took := time.Since(began); took > 0 {
				t.Errorf("%s waits for %s", name, took)
			}
			s.get("/api/projects/tide").is(200)
			s.get("/api/projects/recent").is(200)
			s.call(http.MethodPatch, "/api/projects/tide/settings", `{"ui_preferences":{"a":null}}`).is(200) // what all further answers would hold
		}
	})
}

// Nothing is written but the data directory's own.
func TestAPI_WritesNothingElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, app.Config{})
		s.done("tide", "night_bus.txt")
		files, err := filepath.Glob(filepath.Join(s.dir, "*"))
		if err != nil || len(files) != 1 || filepath.Base(files[0]) != "uploads" {
			t.Error(files, err)
		}
		s.leavesNothing()
	})
}
