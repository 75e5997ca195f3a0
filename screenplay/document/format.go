package document

import (
	"archive/zip"
	"bytes"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/screenplay/charset"
)

// format is a file format that is known but not read: what such a file is, and
// what to do about it.
type format struct {
	noun, hint string
}

const (
	exportHint = "export the script as Fountain or plain text"
	unpackHint = "unpack it and give the script in it"
)

// formats are the formats by a short name, which is also the usual extension.
var formats = map[string]format{
	"pdf":      {"a PDF file", exportHint},
	"fdx":      {"a Final Draft (FDX) file", exportHint},
	"docx":     {"a Word (DOCX) document", exportHint},
	"doc":      {"a document of old Word (DOC)", exportHint},
	"rtf":      {"a Rich Text (RTF) document", exportHint},
	"odt":      {"an OpenDocument (ODT) text", exportHint},
	"epub":     {"an EPUB book", exportHint},
	"pages":    {"an Apple Pages document", exportHint},
	"fadein":   {"a Fade In file", exportHint},
	"celtx":    {"a Celtx file", exportHint},
	"highland": {"a Highland file", exportHint},
	"osf":      {"an Open Screenplay Format file", exportHint},
	"xlsx":     {"an Excel workbook", exportHint},
	"pptx":     {"a PowerPoint presentation", exportHint},
	"html":     {"an HTML page", "save the script as plain text"},
	"xml":      {"an XML file that is no script", exportHint},
	"ps":       {"a PostScript file", exportHint},
	"zip":      {"a ZIP archive", unpackHint},
	"gz":       {"a gzip archive", unpackHint},
	"bz2":      {"a bzip2 archive", unpackHint},
	"xz":       {"an xz archive", unpackHint},
	"7z":       {"a 7-Zip archive", unpackHint},
	"rar":      {"a RAR archive", unpackHint},
	"tar":      {"a tar archive", unpackHint},
	"image":    {"an image", "give the text of the script, not a picture of it"},
	"audio":    {"a sound file", "give the text of the script"},
	"video":    {"a video", "give the text of the script"},
	"font":     {"a font", "give the text of the script"},
	"exe":      {"a program", "give the text of the script"},
}

// Format is a file format that is known.
type Format struct {
	Name       string // as documents have it
	Title      string // for people, such as "a PDF file"
	Extensions []string
	MediaTypes []string
	Hint       string // what to do about a file in a format that can't be read; "" if it can
}

// readable are the formats that can be read. The content of a file decides, not its name.
var readable = []Format{
	{Name: "fountain", Title: "Fountain", Extensions: []string{".fountain", ".spmd"}, MediaTypes: []string{"text/vnd.fountain", "text/plain"}},
	{Name: "txt", Title: "Plain text", Extensions: []string{".txt", ".text"}, MediaTypes: []string{"text/plain"}},
	{Name: "md", Title: "Markdown", Extensions: []string{".md", ".markdown", ".mdown"}, MediaTypes: []string{"text/markdown"}},
}

// mediaTypes are those of formats that scripts are given in and that can't be read.
var mediaTypes = map[string]string{
	"pdf": "application/pdf", "fdx": "application/xml", "rtf": "application/rtf", "doc": "application/msword",
	"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"odt":  "application/vnd.oasis.opendocument.text",
}

// Formats lists the formats that can be read, then those that scripts are often given in and that
// can't be.
func Formats() []Format {
	all := slices.Clone(readable)
	for _, name := range slices.Sorted(maps.Keys(mediaTypes)) {
		f := formats[name]
		all = append(all, Format{Name: name, Title: f.noun, Extensions: []string{"." + name}, MediaTypes: []string{mediaTypes[name]},
			Hint: f.hint})
	}
	return all
}

// promises are the extensions whose files must be in that format: what is in one
// of them and isn't, is damaged or misnamed.
var promises = map[string]string{
	".pdf": "pdf", ".fdx": "fdx", ".docx": "docx", ".doc": "doc", ".rtf": "rtf", ".odt": "odt", ".epub": "epub",
	".pages": "pages", ".fadein": "fadein", ".celtx": "celtx", ".highland": "highland", ".zip": "zip", ".gz": "gz",
	".png": "image", ".jpg": "image", ".jpeg": "image", ".gif": "image", ".tif": "image", ".tiff": "image",
}

// unreadable returns the failure for data that is not text, nil for text.
func unreadable(name string, data []byte) error {
	if found, ok := formats[sniff(data)]; ok {
		return failure.New(failure.Input, fmt.Sprintf("%s is %s, which can't be read yet", name, found.noun), found.hint)
	}
	if id := promises[strings.ToLower(path.Ext(name))]; id != "" {
		return failure.New(failure.Input, fmt.Sprintf("%s is not %s, whatever its name says, or it is damaged", name, formats[id].noun),
			"export it again; if it is plain text, rename it to end in .txt")
	}
	return nil
}

// headSize is how much of a file is looked at for its format, where that needs a look at all.
const headSize = 4096

// sniff returns the short name of the format that data is in, "" for text and
// for what is not known.
func sniff(data []byte) string {
	head := data[:min(len(data), headSize)]
	if strings.HasPrefix(string(head), "PK\x03\x04") {
		return sniffZip(data)
	}
	if id := sniffText(head); id != "" {
		return id
	}
	if marked, _ := charset.Marked(head); marked != "" || !hasBinary(head) {
		return "" // signatures such as BM, MZ or ID3 begin words, too
	}
	return sniffBinary(mimetype.Detect(head).String())
}

// sniffText recognises formats that begin with letters.
func sniffText(head []byte) string {
	_, mark := charset.Marked(head)
	text := strings.ReplaceAll(string(head[mark:]), "\x00", "") // UTF-16 as well
	text = strings.TrimLeft(text, " \t\r\n")
	lower := strings.ToLower(text)
	switch {
	case strings.HasPrefix(text, "%PDF-"), strings.Contains(text[:min(len(text), 1024)], "\n%PDF-"):
		return "pdf"
	case strings.HasPrefix(text, "%!PS"):
		return "ps"
	case strings.HasPrefix(text, `{\rtf`):
		return "rtf"
	case !strings.HasPrefix(text, "<"):
		return ""
	case strings.Contains(text, "<FinalDraft"):
		return "fdx"
	case strings.Contains(text, "Open Screenplay Format"):
		return "osf"
	case strings.HasPrefix(lower, "<!doctype html"), strings.HasPrefix(lower, "<html"):
		return "html"
	case strings.HasPrefix(lower, "<?xml"):
		return "xml"
	}
	return ""
}

// hasBinary reports whether there are bytes that text without a byte order mark
// does not have.
func hasBinary(head []byte) bool {
	for _, b := range head {
		if b < ' ' && b != '\t' && b != '\n' && b != '\r' && b != '\f' {
			return true
		}
	}
	return false
}

// sniffBinary names what the library calls by a MIME type.
func sniffBinary(mime string) string {
	mime, _, _ = strings.Cut(mime, ";")
	switch mime {
	case "application/pdf":
		return "pdf"
	case "application/msword", "application/x-ole-storage":
		return "doc"
	case "application/gzip":
		return "gz"
	case "application/x-bzip2":
		return "bz2"
	case "application/x-xz":
		return "xz"
	case "application/x-7z-compressed":
		return "7z"
	case "application/x-rar-compressed":
		return "rar"
	case "application/x-tar":
		return "tar"
	case "application/x-elf", "application/x-executable", "application/x-mach-binary", "application/vnd.microsoft.portable-executable":
		return "exe"
	}
	class, _, _ := strings.Cut(mime, "/")
	switch class {
	case "image", "audio", "video", "font":
		return class
	}
	return ""
}

// zipEntries map the name of an entry to the format of a ZIP archive.
var zipEntries = map[string]string{
	"word/document.xml":      "docx",
	"xl/workbook.xml":        "xlsx",
	"ppt/presentation.xml":   "pptx",
	"Index/Document.iwa":     "pages",
	"index.apxl":             "pages",
	"document.xml":           "fadein",
	"project.rdf":            "celtx",
	"text.md":                "highland",
	"text.fountain":          "highland",
	"META-INF/container.xml": "epub",
}

// sniffZip looks at what is in an archive; a damaged one is just an archive.
func sniffZip(data []byte) string {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return "zip"
	}
	for _, entry := range archive.File {
		name := entry.Name
		if i := strings.Index(name, ".textbundle/"); i >= 0 {
			name = name[i+len(".textbundle/"):]
		}
		if id := zipEntries[name]; id != "" {
			return id
		}
		if name == "mimetype" && entry.UncompressedSize64 < 200 {
			if bytes.Contains(data[:min(len(data), 200)], []byte("opendocument.text")) {
				return "odt"
			}
		}
	}
	return "zip"
}
