using System.Text.Json;
using AioHub.Relay.Carriers.Sandbox;

namespace AioHub.Relay.Tests.Carriers.Sandbox;

public sealed class SandboxSchemaTests
{
    [Theory]
    [InlineData("""{"type":"object"}""", "{}")]
    [InlineData("""true""", "{}")]
    [InlineData("""{"type":"string"}""", "{}")]
    [InlineData("""{"properties":{"a":{"enum":["x","y"]},"b":{"const":4},"c":{"default":[1]}}}""", """{"a":"x","b":4,"c":[1]}""")]
    [InlineData("""{"type":"OBJECT","properties":{"a":{"type":"NUMBER","minimum":2.5},"b":{"type":["null","boolean"]},"c":{"type":"array","minItems":2,"items":{"type":"integer","maximum":-3}}}}""", """{"a":2.5,"b":true,"c":[-3,-3]}""")]
    [InlineData("""{"type":"object","properties":{"a":{"anyOf":[{"type":"string","maxLength":3},{"type":"null"}]},"b":{"type":"string","format":"date"}}}""", """{"a":"san","b":"2026-01-02"}""")]
    [InlineData("""{"type":"object","$defs":{"p":{"type":"object","properties":{"x":{"type":"integer"}}}},"properties":{"a":{"$ref":"#/$defs/p"},"b":{"$ref":"http://elsewhere"}}}""", """{"a":{"x":1},"b":null}""")]
    public void Arguments_fit_their_schema(string schema, string sample) => SandboxSchema.Sample(JsonElement.Parse(schema)).ShouldBe(sample);

    [Fact]
    public void A_schema_that_holds_itself_many_times_over_is_bounded()
    {
        var schema = JsonElement.Parse("""{"type":"object","properties":{"a":{"type":"array","minItems":8,"items":{"$ref":"#"}},"b":{"$ref":"#"}}}""");
        SandboxSchema.Sample(schema).Length.ShouldBeLessThan(100_000);
    }
}
