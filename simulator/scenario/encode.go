package scenario

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"
)

// YAML returns a scenario as a file that [Parse] reads as the same scenario again.
// The YAML library is not used for it, as it changes some texts on the way.
func (s Scenario) YAML() []byte {
	var b bytes.Buffer
	if writeFields(&b, reflect.ValueOf(s), "", "") == 0 {
		b.WriteString("{}\n")
	}
	return b.Bytes()
}

// writeFields writes the fields of a struct that are set, one a line, and returns
// their number. The first line begins with lead in place of the indentation.
func writeFields(b *bytes.Buffer, v reflect.Value, indent, lead string) (written int) {
	for i := range v.NumField() {
		key := v.Type().Field(i).Tag.Get("yaml")
		field := v.Field(i)
		nothing := field.IsZero() || (field.Kind() == reflect.Map || field.Kind() == reflect.Slice) && field.Len() == 0
		if nothing && key != "fault" {
			continue
		}
		if written == 0 && lead != "" {
			b.WriteString(lead)
		} else {
			b.WriteString(indent)
		}
		written++
		b.WriteString(key + ":")
		writeValue(b, field, indent)
	}
	return written
}

// writeValue writes a value behind its key.
func writeValue(b *bytes.Buffer, v reflect.Value, indent string) {
	switch value := v.Interface().(type) {
	case time.Duration:
		fmt.Fprintf(b, " %v\n", value)
		return
	case Globs:
		writeList(b, value)
		return
	case Counts:
		var list []string
		for _, span := range value {
			list = append(list, span.String())
		}
		writeList(b, list)
		return
	case []Rule:
		b.WriteByte('\n')
		for _, r := range value {
			writeFields(b, reflect.ValueOf(r), indent+"    ", indent+"  - ")
		}
		return
	case map[string]string:
		b.WriteByte('\n')
		for _, name := range sortedKeys(value) {
			fmt.Fprintf(b, "%s  %s: %s\n", indent, quoted(name), quoted(value[name]))
		}
		return
	case string:
		fmt.Fprintf(b, " %s\n", quoted(value))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		writeValue(b, v.Elem(), indent)
	case reflect.Struct:
		var inner bytes.Buffer
		if writeFields(&inner, v, indent+"  ", "") == 0 {
			b.WriteString(" {}\n")
			return
		}
		b.WriteByte('\n')
		b.Write(inner.Bytes())
	default:
		fmt.Fprintf(b, " %v\n", v.Interface())
	}
}

func sortedKeys(m map[string]string) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func writeList(b *bytes.Buffer, list []string) {
	texts := make([]string, len(list))
	for i, s := range list {
		texts[i] = quoted(s)
	}
	fmt.Fprintf(b, " [%s]\n", strings.Join(texts, ", "))
}

// bareText matches texts that YAML takes for text without quotes.
var bareText = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*[A-Za-z0-9_]$`)

// reserved matches the words that YAML takes for something else.
var reserved = regexp.MustCompile(`(?i)^(true|false|null|yes|no|on|off|nan|inf)$`)

// quoted writes a text, in quotes where it needs them.
func quoted(s string) string {
	if bareText.MatchString(s) && !reserved.MatchString(s) {
		return s
	}
	var b strings.Builder
	e := json.NewEncoder(&b) // a JSON string is a YAML string
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(fmt.Sprintf("simulator: %v", err)) // a text can always be encoded
	}
	return strings.TrimSuffix(b.String(), "\n")
}
