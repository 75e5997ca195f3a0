package screenplay

import "strings"

// times are the words for when in the day a scene is, by language. A part of
// a heading that holds one of them, and else only words of timeWords, is a time.
var times = wordSet(
	"DAY DAYTIME DAYLIGHT NIGHT NIGHTTIME MORNING AFTERNOON EVENING NOON MIDDAY MIDNIGHT MIDMORNING MIDAFTERNOON",
	"DAWN DUSK SUNRISE SUNSET SUNUP SUNDOWN TWILIGHT DAYBREAK NIGHTFALL PREDAWN GLOAMING",
	"CONTINUOUS CONTINUING CONTINUED CONT CONT'D SAME LATER EARLIER SIMULTANEOUS MEANWHILE",
	"DÍA NOCHE TARDE MAÑANA AMANECER ANOCHECER ATARDECER MADRUGADA MEDIODÍA MEDIANOCHE ALBA CREPÚSCULO CONTINUO",
	"JOUR NUIT MATIN MATINÉE SOIR SOIRÉE MIDI MINUIT AUBE CRÉPUSCULE APRÈS-MIDI CONTINU",
	"TAG NACHT MORGEN ABEND MITTAG NACHMITTAG VORMITTAG MITTERNACHT DÄMMERUNG MORGENDÄMMERUNG ABENDDÄMMERUNG",
	"GIORNO NOTTE MATTINA MATTINO POMERIGGIO SERA TRAMONTO MEZZOGIORNO MEZZANOTTE",
	"DIA NOITE MANHÃ AMANHECER ANOITECER ENTARDECER MEIO-DIA MEIA-NOITE",
	"ДЕНЬ НОЧЬ УТРО ВЕЧЕР РАССВЕТ ЗАКАТ ПОЛДЕНЬ ПОЛНОЧЬ СУМЕРКИ",
	"DZIEŃ NOC RANEK WIECZÓR POPOŁUDNIE ŚWIT ZMIERZCH",
)

// leadingTimes are those that scripts of their language put before the place.
var leadingTimes = wordSet("JOUR NUIT MATIN MATINÉE SOIR SOIRÉE AUBE CRÉPUSCULE")

// timeWords go with a time: NEXT MORNING, THREE HOURS LATER, THAT SAME NIGHT.
var timeWords = wordSet(
	"THE A AN AT IN ON OF TO AND OR THAT THIS SAME NEXT FOLLOWING PREVIOUS LAST FIRST SECOND THIRD FINAL ANOTHER FEW SEVERAL SOME",
	"EARLY LATE MID PRE POST JUST BEFORE AFTER ALMOST NEAR NEARLY ABOUT TOWARD TOWARDS MUCH LITTLE SHORTLY BRIGHT DEAD",
	"MOMENT MOMENTS INSTANT SECONDS MINUTE MINUTES HOUR HOURS DAYS WEEK WEEKS MONTH MONTHS YEAR YEARS TIME WHILE",
	"ONE TWO THREE FOUR FIVE SIX SEVEN EIGHT NINE TEN TWELVE FIFTEEN TWENTY THIRTY HALF AM PM UHR",
	"MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY SUNDAY SPRING SUMMER AUTUMN FALL WINTER PRESENT",
	"EL LA LE LES DE DEL DU MÁS LUEGO PLUS TÔT TARD SPÄTER РАННЕЕ РАННИЙ ПОЗДНИЙ ПОЗДНЯЯ",
)

// timePhrases are times that hold no word of times, their words joined by dashes.
var timePhrases = wordSet(
	"MAGIC-HOUR GOLDEN-HOUR BLUE-HOUR FIRST-LIGHT LAST-LIGHT SAME-TIME MOMENTS-AFTER PRESENT PRESENT-DAY",
	"MÁS-TARDE MOMENTOS-DESPUÉS PLUS-TARD SPÄTER PIÙ-TARDI ПОЗЖЕ ПРОДОЛЖЕНИЕ",
)

// timeRemarks may follow a time as a part of their own: NIGHT - FLASHBACK.
var timeRemarks = wordSet("FLASHBACK FLASH-FORWARD FLASHFORWARD DREAM FANTASY MONTAGE ESTABLISHING INTERCUT PAST",
	"PRESENT BACK-TO-PRESENT BACK-TO-SCENE STOCK RAIN RAINING SNOW SNOWING FOG STORM")

// wordSet returns the words of lines as a set.
func wordSet(lines ...string) map[string]bool {
	set := map[string]bool{}
	for _, line := range lines {
		for word := range strings.FieldsSeq(line) {
			set[word] = true
		}
	}
	return set
}

// isTime reports whether a part of a heading, in upper case, is a time of day.
func isTime(part string) bool {
	words := partWords(part)
	if timePhrases[strings.Join(words, "-")] {
		return true
	}
	found := false
	for _, w := range words {
		switch {
		case times[w] || isClock(w):
			found = true
		case !timeWords[w] && !isNumber(w):
			return false
		}
	}
	return found
}

// isTimeRemark reports whether a part may follow the time of day without being
// of the location: FLASHBACK, ESTABLISHING, a year.
func isTimeRemark(part string) bool {
	words := partWords(part)
	return timeRemarks[strings.Join(words, "-")] || len(words) == 1 && len(words[0]) == 4 && isNumber(words[0])
}

// partWords returns the words of a part, those in parentheses and brackets left
// out: DAY (1962), NIGHT [RAIN]. Slashes and commas divide words as spaces do.
func partWords(part string) []string {
	var b strings.Builder
	depth := 0
	for _, r := range part {
		switch {
		case r == '(' || r == '[':
			depth++
		case r == ')' || r == ']':
			depth = max(0, depth-1)
		case depth > 0:
		case r == '/' || r == ',' || r == '.' || r == '&' || r == '+':
			if r != '.' {
				b.WriteByte(' ')
			}
		case r == '’':
			b.WriteByte('\'')
		default:
			b.WriteRune(r)
		}
	}
	return strings.Fields(b.String())
}

// isClock reports whether word is a time by the clock: 10:30, 7AM, 22H15.
func isClock(word string) bool {
	digits := strings.TrimRight(word, "APMH")
	if suffix := word[len(digits):]; suffix == "AM" || suffix == "PM" {
		return isNumber(strings.ReplaceAll(digits, ":", ""))
	}
	hours, minutes, ok := strings.Cut(strings.Replace(word, "H", ":", 1), ":")
	return ok && isNumber(hours) && isNumber(minutes)
}

// isNumber reports whether word is digits and nothing else.
func isNumber(word string) bool {
	return word != "" && strings.Trim(word, "0123456789") == ""
}
