package charset_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode/utf32"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/screenplay"
	"github.com/cineforge/cineforge/screenplay/charset"
)

func ExampleDecode() {
	text, err := charset.Decode([]byte("INT. CAF\xc9 \x96 NIGHT\r\n\r\nRain.\r\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(text.Encoding, "\n", text.Text)
	// Output:
	// windows-1252
	// INT. CAFÉ – NIGHT
	//
	// Rain.
}

// encode returns text in the encoding of that WHATWG name.
func encode(t testing.TB, name, text string) []byte {
	t.Helper()
	enc, err := htmlindex.Get(name)
	if err != nil {
		t.Fatal(err)
	}
	data, err := enc.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// scripts are short scripts in their languages, with an encoding that files in
// them used to have.
var scripts = []struct{ language, encoding, text string }{
	{"English", "windows-1252", "INT. CAFÉ - DAY\n\nShe doesn’t wait… “No” – and she’s gone.\n\nBOB\nIt’s 30° outside.\n"},
	{"French", "windows-1252",
		"INT. APPARTEMENT - JOUR\n\nÉlise entre dans la pièce. Il est déjà très tard — peut-être trop.\n\nÉLISE\nÇa va ? C’était où, à Noël ?\n"},
	{"German", "windows-1252",
		"INNEN. WOHNUNG - TAG\n\nJürgen schaut hinaus. Es ist spät, draußen stürmt es.\n\nJÜRGEN\n„Schön, dass du da bist. Grüß dich!“\n"},
	{"Spanish", "windows-1252", "EXT. VIÑEDO - DÍA\n\nEl sol cae sobre las viñas.\n\nÁNGELA\n¡Qué uvas! Serán mías. ¿Quién anda ahí?\n"},
	{"Swedish", "windows-1252",
		"INT. LÄGENHET - DAG\n\nÅsa går in i rummet och tittar ut genom fönstret.\n\nÅSA\nHur mår du? Jag har inte sett dig på länge.\n"},
	{"Polish", "windows-1250",
		"WNĘTRZE. MIESZKANIE - DZIEŃ\n\nAnia patrzy przez okno. Jest późno i wieje silny wiatr.\n\nANIA\n" +
			"Cześć! Jak się masz? Dawno cię nie widziałam, co słychać?\n"},
	{"Czech", "windows-1250",
		"INT. BYT - DEN\n\nJana vejde do místnosti a dívá se z okna. Je příliš pozdě a venku je zima.\n\nJANA\n" +
			"Jak se máš? Už jsem tě dlouho neviděla, co je nového?\n"},
	{"Turkish", "windows-1254",
		"İÇ. EV - GÜN\n\nAyşe odaya girer ve pencereden dışarı bakar. Çok geç oldu ve hava soğuk.\n\nAYŞE\n" +
			"Merhaba! Nasılsın? Seni uzun zamandır görmedim.\n"},
	{"Russian", "windows-1251",
		"ИНТ. КВАРТИРА - ДЕНЬ\n\nМаша входит в комнату и смотрит в окно.\n\nМАША\nПривет! Как дела? Я давно тебя не видела.\n"},
	{"Russian with English", "windows-1251",
		"INT. КВАРТИРА - DAY\n\nМаша входит в комнату.\n\nCUT TO:\n\nEXT. УЛИЦА - NIGHT\n\nОна идёт по улице и смотрит на окна.\n"},
	{"Russian, Unix", "koi8-r",
		"ИНТ. КВАРТИРА - ДЕНЬ\n\nМаша входит в комнату и смотрит в окно.\n\nМАША\nПривет! Как дела? Я давно тебя не видела.\n"},
	{"Greek", "windows-1253",
		"ΕΣΩΤ. ΣΠΙΤΙ - ΜΕΡΑ\n\nΗ Μαρία μπαίνει στο δωμάτιο και κοιτάζει από το παράθυρο.\n\nΜΑΡΙΑ\nΓεια σου! Τι κάνεις;\n"},
	{"Hebrew", "windows-1255", "פנים. דירה - יום\n\nמרים נכנסת לחדר ומביטה מהחלון.\n\nמרים\nשלום! מה שלומך? מזמן לא ראיתי אותך.\n"},
	{"Japanese", "shift_jis", "○ 東京駅・ホーム(朝)\n\n太郎、電車を待っている。\n\n太郎「おはようございます。今日はいい天気ですね。」\n花子「そうですね。でも、午後から雨が降るらしいですよ。」\n"},
	{"Japanese, Unix", "euc-jp", "○ 東京駅・ホーム(朝)\n\n太郎、電車を待っている。\n\n太郎「おはようございます。今日はいい天気ですね。」\n花子「そうですね。でも、午後から雨が降るらしいですよ。」\n"},
	{"Chinese", "gb18030", "内景 客厅 - 日\n\n小明坐在沙发上看电视。\n\n小明\n你今天怎么回来得这么早?我还没有做饭呢。\n\n小红\n公司今天没有什么事情,所以我们都提前下班了。\n"},
	{"Chinese, Taiwan", "big5", "內景 客廳 - 日\n\n小明坐在沙發上看電視。\n\n小明\n你今天怎麼回來得這麼早?我還沒有做飯呢。\n\n小紅\n公司今天沒有什麼事情,所以我們都提前下班了。\n"},
	{"Korean", "euc-kr", "실내. 거실 - 낮\n\n민수가 소파에 앉아 텔레비전을 본다.\n\n민수\n오늘은 왜 이렇게 일찍 왔어? 아직 밥을 안 했는데.\n"},
}

func TestDecode_LegacyEncodings(t *testing.T) {
	for _, s := range scripts {
		for _, before := range []string{"", strings.Repeat("An English page comes first.\n", 2000)} {
			name := s.language
			if before != "" {
				name += " late in the file"
			}
			t.Run(name, func(t *testing.T) {
				got, err := charset.Decode(encode(t, s.encoding, before+s.text))
				if err != nil {
					t.Fatal(err)
				}
				want := charset.Text{Text: before + s.text, Encoding: s.encoding}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
			})
		}
	}
}

// TestDecode_UnicodeEncodings reads every script in every form of Unicode that can be
// told without a mark, and with one.
func TestDecode_UnicodeEncodings(t *testing.T) {
	utf32le := utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)
	utf32be := utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)
	for _, s := range scripts {
		le32, err := utf32le.NewEncoder().String(s.text)
		if err != nil {
			t.Fatal(err)
		}
		be32, err := utf32be.NewEncoder().String(s.text)
		if err != nil {
			t.Fatal(err)
		}
		le := utf16(s.text, 0, 1)
		be := utf16(s.text, 1, 0)
		for _, form := range []struct{ name, data, encoding string }{
			{"utf-8", s.text, "utf-8"},
			{"utf-8 with mark", "\xef\xbb\xbf" + s.text, "utf-8"},
			{"utf-16le with mark", "\xff\xfe" + le, "utf-16le"},
			{"utf-16be with mark", "\xfe\xff" + be, "utf-16be"},
			{"utf-16le", le, "utf-16le"},
			{"utf-16be", be, "utf-16be"},
			{"utf-32le with mark", "\xff\xfe\x00\x00" + le32, "utf-32le"},
			{"utf-32be with mark", "\x00\x00\xfe\xff" + be32, "utf-32be"},
		} {
			t.Run(s.language+" "+form.name, func(t *testing.T) {
				got, err := charset.Decode([]byte(form.data))
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(charset.Text{Text: s.text, Encoding: form.encoding}, got); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
			})
		}
	}
}

// utf16 encodes text of the basic plane; low and high are the offsets of the two bytes of a unit.
func utf16(text string, low, high int) string {
	var out []byte
	for _, r := range text {
		var unit [2]byte
		unit[low] = byte(r)
		unit[high] = byte(r >> 8)
		out = append(out, unit[:]...)
	}
	return string(out)
}

func TestDecode(t *testing.T) {
	warn := func(line int, message string) []screenplay.Warning {
		return []screenplay.Warning{{Line: line, Message: message}}
	}
	for name, test := range map[string]struct {
		in   string
		want charset.Text
	}{
		"empty":      {"", charset.Text{Encoding: "utf-8"}},
		"only mark":  {"\xef\xbb\xbf", charset.Text{Encoding: "utf-8"}},
		"CRLF":       {"a\r\nb\r\n", charset.Text{Text: "a\nb\n", Encoding: "utf-8"}},
		"CR":         {"a\rb\r\rc", charset.Text{Text: "a\nb\n\nc", Encoding: "utf-8"}},
		"mixed ends": {"a\rb\nc\r\nd\n\re\r", charset.Text{Text: "a\nb\nc\nd\n\ne\n", Encoding: "utf-8"}},
		"form feed": {"\fINT. A\n\fINT. B\r\n\fINT. C\fD\v E",
			charset.Text{Text: "INT. A\nINT. B\nINT. C D  E", Encoding: "utf-8"}},
		"mark inside": {"a\n\ufeffINT. B\n", charset.Text{Text: "a\nINT. B\n", Encoding: "utf-8"}},
		"tab":         {"a\tb\n", charset.Text{Text: "a\tb\n", Encoding: "utf-8"}},
		"NUL": {"one\ntwo\x00 and\x00 a half\nthree\n",
			charset.Text{Text: "one\ntwo and a half\nthree\n", Encoding: "utf-8", Warnings: warn(2, "2 NUL bytes removed")}},
		"NUL beside spaces": {strings.Repeat("ab\x00 cd \x00ef\n", 2), charset.Text{Text: "ab cd ef\nab cd ef\n", Encoding: "utf-8",
			Warnings: []screenplay.Warning{{Line: 1, Message: "2 NUL bytes removed"}, {Line: 2, Message: "2 NUL bytes removed"}}}},
		"zeros of a crash": {"one\ntwo\n" + strings.Repeat("\x00", 4096),
			charset.Text{Text: "one\ntwo\n", Encoding: "utf-8", Warnings: warn(2, "4096 NUL bytes removed")}},
		"only zeros": {strings.Repeat("\x00", 3),
			charset.Text{Encoding: "utf-8", Warnings: warn(1, "3 NUL bytes removed")}},
		"control character": {"a good long line of text\nand \x1b another\x7f line of it\n",
			charset.Text{Text: "a good long line of text\nand  another line of it\n", Encoding: "utf-8",
				Warnings: warn(2, "2 control characters removed")}},
		"damaged UTF-8": {"Élise et Noël\nà l’été\xe2\x80\nÇa va\n",
			charset.Text{Text: "Élise et Noël\nà l’été\ufffd\nÇa va\n", Encoding: "utf-8",
				Warnings: warn(2, "1 character could not be decoded as utf-8, shown as \ufffd")}},
		"hole of windows-1252": {"Caf\xe9, na\xefve,\ntr\xe8s\x81 bien\n",
			charset.Text{Text: "Café, naïve,\ntrès\ufffd bien\n", Encoding: "windows-1252",
				Warnings: warn(2, "1 character could not be decoded as windows-1252, shown as \ufffd")}},
		"damaged before": {"lost: \ufffd\n",
			charset.Text{Text: "lost: \ufffd\n", Encoding: "utf-8",
				Warnings: warn(1, "1 character could not be decoded as utf-8, shown as \ufffd")}},
		"one accent": {"EXT. CAF\xc9 - DAY\n\nBob waits.\n",
			charset.Text{Text: "EXT. CAFÉ - DAY\n\nBob waits.\n", Encoding: "windows-1252"}},
		"too little to be Hungarian": {"D\xcdA\nMA\xd1ANA\n", charset.Text{Text: "DÍA\nMAÑANA\n", Encoding: "windows-1252"}},
		"too few to be Russian":      {"O\xf9 \xe9 \xab \xe9\n", charset.Text{Text: "Où é « é\n", Encoding: "windows-1252"}},
		"too Latin to be Russian": {strings.Repeat("DAY \xc9\n", 9),
			charset.Text{Text: strings.Repeat("DAY É\n", 9), Encoding: "windows-1252"}},
		"a little Russian": {"\xcf\xf0\xe8\xe2\xe5\xf2, \xec\xe8\xf0\n", charset.Text{Text: "Привет, мир\n", Encoding: "windows-1251"}},
		"odd UTF-16": {"\xff\xfea\x00b\x00c\x00d\x00e\x00\n\x00f",
			charset.Text{Text: "abcde\n\ufffd", Encoding: "utf-16le",
				Warnings: warn(2, "1 character could not be decoded as utf-16le, shown as \ufffd")}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := charset.Decode([]byte(test.in))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestDecode_RefusesBinary(t *testing.T) {
	random := make([]byte, 8192)
	source := rand.NewChaCha8([32]byte{1})
	source.Read(random)
	for name, data := range map[string][]byte{
		"random":           random,
		"random, marked":   append([]byte("\xff\xfe"), random...),
		"a few bytes":      {0x01, 0x02, 0x03, 'a'},
		"machine code":     bytes.Repeat([]byte("\x55\x48\x89\xe5\x48\x83\xec\x10\x89\x7d\xfc\x00\x00\x00"), 40),
		"text in a record": bytes.Repeat([]byte("INT. HOUSE\x01\x02\x03\x04"), 20),
	} {
		t.Run(name, func(t *testing.T) {
			text, err := charset.Decode(data)
			if failure.ClassOf(err) != failure.Input || !strings.Contains(fmt.Sprint(err), "binary data, not text") {
				t.Errorf("got %d characters of %s and error %v", len(text.Text), text.Encoding, err)
			}
		})
	}
}

func TestDecode_WarningsAreBounded(t *testing.T) {
	text, err := charset.Decode([]byte(strings.Repeat("A line of good text and a \x00 NUL in it\n", 1000)))
	if err != nil {
		t.Fatal(err)
	}
	if len(text.Warnings) != 51 {
		t.Fatalf("got %d warnings", len(text.Warnings))
	}
	want := screenplay.Warning{Line: 51, Message: "950 more lines with removed or undecodable characters from here on"}
	if got := text.Warnings[50]; got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func FuzzCharset(f *testing.F) {
	for _, s := range scripts {
		f.Add([]byte(s.text))
		f.Add(encode(f, s.encoding, s.text))
		f.Add([]byte(utf16(s.text, 0, 1)))
		f.Add([]byte("\xfe\xff" + utf16(s.text, 1, 0)))
	}
	f.Add([]byte("a\r\n\x00b\r\f\xef\xbb\xbf\x1b\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		text, err := charset.Decode(data)
		if err != nil {
			if failure.ClassOf(err) != failure.Input {
				t.Fatal(err)
			}
			return
		}
		if !utf8.ValidString(text.Text) || strings.ContainsAny(text.Text, "\r\x00\f\ufeff") {
			t.Fatalf("unclean text %q", text.Text)
		}
		last := 1 + strings.Count(text.Text, "\n")
		for _, w := range text.Warnings {
			if w.Line < 1 || w.Line > last {
				t.Fatalf("warning at line %d of %d", w.Line, last)
			}
		}
		again, err := charset.Decode(data)
		if err != nil || cmp.Diff(text, again) != "" {
			t.Fatalf("differs the second time: %v", err)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	page := strings.Repeat(scripts[0].text, 100)
	for _, size := range []int{120 << 10, 64 << 20} {
		for name, data := range map[string][]byte{
			"ascii":        []byte("INT. HOUSE - DAY\n\nBob waits for the rain.\n"),
			"crlf":         []byte("INT. HOUSE - DAY\r\n\r\nBob waits for the rain.\r\n"),
			"utf-8":        []byte(page),
			"windows-1252": encode(b, "windows-1252", page),
			"utf-16le":     []byte("\xff\xfe" + utf16(page, 0, 1)),
			"shift_jis":    encode(b, "shift_jis", scripts[13].text),
		} {
			b.Run(fmt.Sprintf("%s/%dKB", name, size>>10), func(b *testing.B) {
				data := bytes.Repeat(data, size/len(data))
				b.SetBytes(int64(len(data)))
				for b.Loop() {
					if _, err := charset.Decode(data); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// TestDecode_InvisibleStart has invisible characters before the first word of a
// line, and in words, where languages need them.
func TestDecode_InvisibleStart(t *testing.T) {
	got, err := charset.Decode([]byte("\u200bINT. A - DAY\n\n \u200d\u2060\u200cBOB\r\nmi\u200cra\u200b\n\ufeffEXT. B\r\u200b\n“\u200bx”\n"))
	want := charset.Text{Text: "INT. A - DAY\n\n BOB\nmi\u200cra\u200b\nEXT. B\n\n“\u200bx”\n", Encoding: "utf-8",
		Warnings: []screenplay.Warning{
			{Line: 1, Message: "1 invisible character removed from its start"},
			{Line: 3, Message: "3 invisible characters removed from its start"},
			{Line: 6, Message: "1 invisible character removed from its start"},
		}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
}
