package settings

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/alecthomas/kong"
)

// Options makes the parser hand on the bytes of arguments and variables as they are. By
// itself it takes a text through JSON, which replaces what is not UTF-8: the name of another
// file.
func Options() []kong.Option {
	return []kong.Option{
		kong.KindMapper(reflect.String, kong.MapperFunc(func(ctx *kong.DecodeContext, target reflect.Value) error {
			text, err := popText(ctx)
			if err == nil {
				target.SetString(text)
			}
			return err
		})),
		kong.TypeMapper(reflect.TypeFor[map[string]string](), kong.MapperFunc(rawPair)),
	}
}

func popText(ctx *kong.DecodeContext) (string, error) {
	token, err := ctx.Scan.PopValue("string")
	if err != nil {
		return "", err
	}
	return fmt.Sprint(token.Value), nil
}

// rawPair takes in one key and its value.
func rawPair(ctx *kong.DecodeContext, target reflect.Value) error {
	text, err := popText(ctx)
	if err != nil {
		return err
	}
	key, value, ok := strings.Cut(text, "=")
	if !ok {
		return fmt.Errorf(`expected "<key>=<value>" but got %q`, text)
	}
	if target.IsNil() {
		target.Set(reflect.MakeMap(target.Type()))
	}
	target.SetMapIndex(reflect.ValueOf(key), reflect.ValueOf(value))
	return nil
}
