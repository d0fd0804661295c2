package api

import (
	"github.com/labstack/echo/v4"
)

// Reached is what every operation answers behind Gates.
const Reached = 299

// Gates mounts the API with operations that only say that they were reached: what decides
// before them is the program's own.
func Gates(e *echo.Echo, services Services) error {
	document, err := GetSpec()
	if err != nil {
		return err
	}
	gate, err := newGate(document, &services)
	if err != nil {
		return err
	}
	group := e.Group(BasePath, answerFailures(services.Log, services.Speak), gate.middleware)
	group.Any("/*", func(c echo.Context) error { return c.NoContent(Reached) })
	return nil
}
