using System.Text.Json.Nodes;
using AioHub.Host.Configuration;

namespace AioHub.Host.Tests.Configuration;

public sealed class YamlTextTests
{
    [Theory]
    [InlineData("plain")]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("True")]
    [InlineData("no")]
    [InlineData("1.5")]
    [InlineData("2026-01-01")]
    [InlineData(" spaces ")]
    [InlineData("line\nbreak\r\tand \\ \"quotes\"")]
    [InlineData("- # : { } [ ] , & * ! | > ' % @ `")]
    [InlineData("grün 模型 😀 \u0085 \u2028 \ufeff \u0001")]
    public void ATextComesBackAsItWas(string text)
    {
        var yaml = YamlText.Of(new JsonObject { ["a"] = text, ["b"] = new JsonArray(text, new JsonObject { ["c"] = text, ["d"] = new JsonArray(text) }) });
        var problems = new FileProblems("x");
        var root = YamlReader.Read(yaml, static _ => null, problems)!;
        problems.Any.ShouldBeFalse(yaml);
        ((YamlScalar)root.Members[0].Value).ShouldSatisfyAllConditions(
            scalar => scalar.Text.ShouldBe(text),
            static scalar => scalar.IsNull.ShouldBeFalse());
        var list = (YamlList)root.Members[1].Value;
        ((YamlScalar)list.Items[0]).Text.ShouldBe(text);
        var inner = (YamlMap)list.Items[1];
        ((YamlScalar)((YamlList)inner.Members[1].Value).Items[0]).Text.ShouldBe(text);
    }
}
