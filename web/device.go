package web

import "strings"

// device names a browser and its system for the list of sessions: enough for a person to know the own ones. What a
// browser says of itself is its word only.
func (v *visit) device(agent string) string {
	find := func(names [][2]string) string {
		for _, n := range names {
			if strings.Contains(agent, n[0]) {
				return n[1]
			}
		}
		return ""
	}
	// The order matters: Edge says that it is Chrome, and Chrome that it is Safari.
	browser := find([][2]string{{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser", "Samsung Internet"}, {"Firefox", "Firefox"}, {"Chrome", "Chrome"}, {"Safari", "Safari"}})
	system := find([][2]string{{"Windows", "Windows"}, {"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Mac OS", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"}})
	switch {
	case browser == "" && system == "":
		return v.T("account.device.unknown")
	case browser == "" || system == "":
		return browser + system
	}
	return browser + ", " + system
}
