package guard

import "testing"

func TestParsePublicURL(t *testing.T) {
	for text, want := range map[string]string{
		"https://forge.example":       "https://forge.example",
		"https://forge.example/":      "https://forge.example",
		"HTTPS://Forge.Example:443/":  "https://forge.example",
		"https://forge.example:8443":  "https://forge.example:8443",
		"https://10.1.2.3":            "https://10.1.2.3",
		"https://[2001:DB8::1]:8443":  "https://[2001:db8::1]:8443",
		"https://xn--mhle-0ra.test":   "https://xn--mhle-0ra.test",
		"https://forge":               "https://forge",
		"":                            "",
		"forge.example":               "",
		"//forge.example":             "",
		"http://forge.example":        "",
		"ftp://forge.example":         "",
		"javascript:alert(1)":         "",
		"https:forge.example":         "",
		"https://":                    "",
		"https://:443":                "",
		"https://forge.example:":      "",
		"https://forge.example:0":     "",
		"https://forge.example:65536": "",
		"https://forge.example:x":     "",
		"https://user@forge.example":  "",
		"https://a:b@forge.example":   "",
		"https://forge.example/forge": "",
		"https://forge.example//":     "",
		"https://forge.example?a=b":   "",
		"https://forge.example?":      "",
		"https://forge.example#":      "",
		"https://forge.example#a":     "",
		"https://*.example":           "",
		"https://forge_.example":      "",
		"https://forge..example":      "",
		"https://-forge.example":      "",
		"https://mühle.test":          "",
		"https://forge.example\n":     "",
		"https://forge example":       "",
		"https://[fe80::1%25eth0]":    "",
		"https://forge.example,evil":  "",
	} {
		u, err := ParsePublicURL(text)
		if got := u.String(); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q %v, want %q", text, got, err, want)
		}
	}
}
