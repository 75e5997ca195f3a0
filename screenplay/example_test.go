package screenplay_test

import (
	"fmt"

	"github.com/cineforge/cineforge/screenplay"
)

func ExampleScript_Scenes() {
	s := screenplay.Script{Lines: 4, Elements: []screenplay.Element{
		{Kind: screenplay.SceneHeading, Text: "INT. KITCHEN - NIGHT", Number: "12", Span: screenplay.Span{Start: 1, End: 1}},
		{Kind: screenplay.Blank, Span: screenplay.Span{Start: 2, End: 2}},
		{Kind: screenplay.Character, Text: "ANNA (O.S.)", Span: screenplay.Span{Start: 3, End: 3}},
		{Kind: screenplay.Dialogue, Text: "Who left the light on?", Span: screenplay.Span{Start: 4, End: 4}},
	}}
	for _, scene := range s.Scenes() {
		fmt.Println(scene.Number, scene.IntExt, scene.Location, scene.TimeOfDay, scene.Characters, scene.Span)
	}
	// Output: 12 INT KITCHEN NIGHT [ANNA] {1 4}
}

func ExampleCueName() {
	name, extensions := screenplay.CueName("Anna (V.O.) (CONT'D)")
	fmt.Println(name, extensions)
	// Output: ANNA [V.O. CONT'D]
}
