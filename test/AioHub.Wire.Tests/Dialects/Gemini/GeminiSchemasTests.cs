using System.Text;
using System.Text.Json.Nodes;
using AioHub.Wire.Dialects.Gemini;
using AioHub.Wire.Json;

namespace AioHub.Wire.Tests.Dialects.Gemini;

public sealed class GeminiSchemasTests
{
    private static string Convert(string schema, out bool same)
    {
        var body = Encoding.UTF8.GetBytes(schema);
        JsonView.TryOver(body, out var view).ShouldBeTrue();
        var converted = GeminiSchemas.ToJsonSchema(view, body);
        same = converted.Span.SequenceEqual(body);
        return JsonNode.Parse(converted.Span)!.ToJsonString();
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"type":["string","null"]}},"additionalProperties":false}""")]
    [InlineData("""{"$ref":"#/$defs/x","$defs":{"x":{}}}""")]
    [InlineData("true")]
    public void JSON_Schema_stays_as_it_is(string schema)
    {
        Convert(schema, out var same);
        same.ShouldBeTrue();
    }

    [Theory]
    [InlineData("""{"type":"OBJECT","properties":{"type":{"type":"STRING"},"nullable":{"type":"INTEGER","nullable":true}},"propertyOrdering":["type"],"required":["type"]}""",
        """{"type":"object","properties":{"type":{"type":"string"},"nullable":{"type":["integer","null"]}},"required":["type"]}""")]
    [InlineData("""{"type":"ARRAY","minItems":"1","max_items":5,"items":{"type":"NUMBER","format":"float","example":1}}""", """{"type":"array","minItems":1,"maxItems":5,"items":{"type":"number","format":"float","examples":[1]}}""")]
    [InlineData("""{"any_of":[{"type":"BOOLEAN"},{"type":"NULL"},7],"enum":"x"}""", """{"anyOf":[{"type":"boolean"},{"type":"null"},7],"enum":"x"}""")]
    [InlineData("""{"type":"STRING","enum":["a"],"nullable":true}""", """{"type":["string","null"],"enum":["a",null]}""")]
    [InlineData("""{"type":"TYPE_UNSPECIFIED","description":"STRING"}""", """{"description":"STRING"}""")]
    [InlineData("""{"type":"STRING","default":"OBJECT","odd\"name":{"type":"STRING"}}""", """{"type":"string","default":"OBJECT","odd\u0022name":{"type":"STRING"}}""")]
    [InlineData("""{"properties":7,"type":"OBJECT","additional_properties":{"type":"STRING"},"minLength":"many"}""", """{"properties":7,"type":"object","additionalProperties":{"type":"string"},"minLength":"many"}""")]
    public void Googles_words_become_JSON_Schemas(string schema, string expected) => Convert(schema, out _).ShouldBe(expected);
}
