package stage

import "math"

// Confidence returns the mean of the confidences of the parts of something, each
// taken as within 0 to 1, to three places. It is 0 if there are none.
func Confidence(parts ...float64) float64 {
	if len(parts) == 0 {
		return 0
	}
	sum := 0.0
	for _, p := range parts {
		sum += min(max(p, 0), 1)
	}
	return math.Round(sum/float64(len(parts))*1000) / 1000
}
