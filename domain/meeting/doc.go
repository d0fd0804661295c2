// Package meeting is the monthly meeting about the scorecards of an office: an agenda made from the figures,
// attendance, minutes that both sides sign, and recommendations that are followed until they are done.
package meeting
