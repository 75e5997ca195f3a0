package schema

import (
	"encoding/json"
	"math/big"
	"strconv"
)

// number makes a number. It counts in exact fractions, as checkers do: 0.1 + 0.2
// must be a multiple of 0.1.
func (m *maker) number(o *object, whole bool, at spot) json.Number {
	choice := int64(m.next() % 46)
	step := big.NewRat(1, 100)
	want := big.NewRat(50+choice, 100)
	if whole {
		step = big.NewRat(1, 1)
		want = big.NewRat(1+choice%3, 1)
	}
	fixed := false
	if multiple := fraction(o, "multipleOf"); multiple != nil && multiple.Sign() > 0 {
		step = multiple
		fixed = true
		if whole { // the whole multiples of p/q are those of p
			step = new(big.Rat).SetInt(multiple.Num())
		}
	}
	lowest := limit(o, step, "minimum", "exclusiveMinimum")
	highest := limit(o, step, "maximum", "exclusiveMaximum")
	k := round(new(big.Rat).Quo(want, step), false)
	if at.unique {
		k.Add(k, big.NewInt(int64(at.item)))
	}
	if lowest != nil && k.Cmp(lowest) < 0 {
		k.Set(lowest)
		if at.unique {
			k.Add(k, big.NewInt(int64(at.item)))
		}
	}
	if highest != nil && k.Cmp(highest) > 0 {
		k.Set(highest)
		if at.unique {
			k.Sub(k, big.NewInt(int64(at.item)))
		}
		if lowest != nil && k.Cmp(lowest) < 0 && lowest.Cmp(highest) <= 0 {
			k.Set(lowest)
		}
	}
	v := new(big.Rat).Mul(new(big.Rat).SetInt(k), step)
	if lowest != nil && highest != nil && lowest.Cmp(highest) > 0 && !fixed && !whole {
		v = between(o) // the range is narrower than a step
	}
	return decimal(v)
}

// limit returns the outermost multiple of step that the bounds of one side allow,
// or nil if there is no bound.
func limit(o *object, step *big.Rat, inclusive, exclusive string) *big.Int {
	up := inclusive == "minimum"
	var best *big.Int
	for _, key := range []string{inclusive, exclusive} {
		edge := fraction(o, key)
		if edge == nil {
			continue
		}
		steps := new(big.Rat).Quo(edge, step)
		k := round(steps, up)
		if key == exclusive && steps.IsInt() {
			if up {
				k.Add(k, big.NewInt(1))
			} else {
				k.Sub(k, big.NewInt(1))
			}
		}
		if best == nil || (k.Cmp(best) > 0) == up {
			best = k
		}
	}
	return best
}

// between returns the middle of a schema's range.
func between(o *object) *big.Rat {
	edge := func(keys ...string) *big.Rat {
		var best *big.Rat
		for _, key := range keys {
			if r := fraction(o, key); r != nil && (best == nil || (r.Cmp(best) > 0) == (keys[0] == "minimum")) {
				best = r
			}
		}
		return best
	}
	sum := new(big.Rat).Add(edge("minimum", "exclusiveMinimum"), edge("maximum", "exclusiveMaximum"))
	return sum.Mul(sum, big.NewRat(1, 2))
}

// round returns the whole number at or below r, or with up the one at or above it.
func round(r *big.Rat, up bool) *big.Int {
	q, rest := new(big.Int).DivMod(r.Num(), r.Denom(), new(big.Int))
	if up && rest.Sign() != 0 {
		q.Add(q, big.NewInt(1))
	}
	return q
}

// fraction returns a number of a schema exactly, or nil if it has none or one that
// is out of all proportion.
func fraction(o *object, key string) *big.Rat {
	var text string
	switch v := o.Get(key).(type) {
	case json.Number:
		text = v.String()
	case int:
		text = strconv.Itoa(v)
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || len(text) > 40 || (f != 0 && f > -1e-30 && f < 1e-30) || f < -1e30 || f > 1e30 {
		return nil
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil
	}
	return r
}

func decimal(r *big.Rat) json.Number {
	digits, exact := r.FloatPrec()
	if !exact {
		digits = 10
	}
	return json.Number(r.FloatString(digits))
}
