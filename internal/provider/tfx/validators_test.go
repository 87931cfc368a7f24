package tfx_test

import (
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

func TestValidators(t *testing.T) {
	t.Parallel()
	overlap := tfx.DurationBetween(0, 720*time.Hour)
	size := tfx.OneOf("size", "small", "Medium")
	for name, test := range map[string]struct {
		validator validator.String
		value     types.String
		want      []string // parts of the error; none: accepted
	}{
		"scope null":            {tfx.KnownScope(), types.StringNull(), nil},
		"scope unknown":         {tfx.KnownScope(), types.StringUnknown(), nil},
		"scope official":        {tfx.KnownScope(), types.StringValue("personio:persons:read"), nil},
		"scope legacy":          {tfx.KnownScope(), types.StringValue("employees:read"), nil},
		"scope misspelled":      {tfx.KnownScope(), types.StringValue("employes:read"), []string{`"employes:read"`, `"employees:read"`}},
		"scope nonsense":        {tfx.KnownScope(), types.StringValue("zzzzzzzzzzzzzzzzzzzzzzzzzzzzz"), []string{"is not a scope of Personio's API."}},
		"scope empty":           {tfx.KnownScope(), types.StringValue(""), []string{`""`}},
		"scope of the gateway":  {tfx.KnownScope(), types.StringValue("gateway:api-credentials:write"), []string{"management credentials", "Remove this scope"}},
		"scope of any gateway":  {tfx.KnownScope(), types.StringValue("gateway:nothing"), []string{"management credentials"}},
		"attribute null":        {tfx.KnownAttribute(), types.StringNull(), nil},
		"attribute unknown":     {tfx.KnownAttribute(), types.StringUnknown(), nil},
		"attribute system":      {tfx.KnownAttribute(), types.StringValue("hire_date"), nil},
		"attribute custom":      {tfx.KnownAttribute(), types.StringValue("dynamic_4711"), nil},
		"attribute misspelled":  {tfx.KnownAttribute(), types.StringValue("departement"), []string{`"departement"`, `"department"`, "personio_employee_attributes"}},
		"attribute custom form": {tfx.KnownAttribute(), types.StringValue("dynamic_x"), []string{"dynamic_<number>"}},
		"one of null":           {size, types.StringNull(), nil},
		"one of unknown":        {size, types.StringUnknown(), nil},
		"one of known":          {size, types.StringValue("Medium"), nil},
		"one of other case":     {size, types.StringValue("MEDIUM"), []string{"Unknown size", `There is no size "MEDIUM". Did you mean "Medium"? The values are: small, Medium.`}},
		"one of nothing near":   {size, types.StringValue("xxxxxxxxx"), []string{`There is no size "xxxxxxxxx". The values are`}},
		"one of empty":          {size, types.StringValue(""), []string{`There is no size "".`}},
		"id null":               {tfx.IDOf("sync_target"), types.StringNull(), nil},
		"id unknown":            {tfx.IDOf("sync_target"), types.StringUnknown(), nil},
		"id":                    {tfx.IDOf("sync_target"), types.StringValue("01a2044a-3e15-75c3-b86a-a7660e1ec707"), nil},
		"id that is a name":     {tfx.IDOf("sync_target"), types.StringValue("Learning"), []string{`"Learning" is not the id of a sync target`, "personio_sync_target.<name>.id"}},
		"id of another form":    {tfx.IDOf("sync_target"), types.StringValue("01a2044a3e1575c3b86aa7660e1ec707"), []string{"UUID"}},
		"id empty":              {tfx.IDOf("sync_target"), types.StringValue(""), []string{`""`}},
		"duration null":         {overlap, types.StringNull(), nil},
		"duration unknown":      {overlap, types.StringUnknown(), nil},
		"duration low":          {overlap, types.StringValue("0s"), nil},
		"duration high":         {overlap, types.StringValue("720h"), nil},
		"duration too high":     {overlap, types.StringValue("720h1ns"), []string{"720h1ns", "from 0s to 720h"}},
		"duration negative":     {overlap, types.StringValue("-1s"), []string{"out of range"}},
		"duration by its type":  {overlap, types.StringValue("a day"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req := validator.StringRequest{Path: path.Root("x"), ConfigValue: test.value}
			var resp validator.StringResponse
			test.validator.ValidateString(t.Context(), req, &resp)
			if got, want := resp.Diagnostics.HasError(), test.want != nil; got != want {
				t.Fatalf("error: %v, want %v: %v", got, want, resp.Diagnostics)
			}
			for _, part := range test.want {
				if d := resp.Diagnostics[0]; !strings.Contains(d.Summary()+"\n"+d.Detail(), part) {
					t.Errorf("%q is missing in: %s", part, d.Detail())
				}
			}
			if test.validator.Description(t.Context()) == "" || test.validator.MarkdownDescription(t.Context()) == "" {
				t.Error("no description")
			}
		})
	}
}

func TestShortDuration(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "0s", time.Second: "1s", time.Minute: "1m", time.Hour: "1h", 720 * time.Hour: "720h",
		90 * time.Minute: "1h30m", 10*time.Minute + time.Second: "10m1s", 20 * time.Hour: "20h",
		-time.Hour: "-1h", 500 * time.Millisecond: "500ms",
	} {
		if got := tfx.ShortDuration(d); got != want {
			t.Errorf("%v: %q, want %q", int64(d), got, want)
		}
	}
}
