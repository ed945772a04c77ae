using System.Text.Json;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects.AnthropicMessages;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Dialects.AnthropicMessages;

/// <summary>What becomes of other dialects' wishes by model.</summary>
public sealed class AnthropicMessagesSettingsTests
{
    private static (JsonElement Body, string[] Losses) Write(string model, ReasoningWish? reasoning = null, Sampling? sampling = null, ToolChoice? choice = null, OutputFormat? format = null, IReadOnlyList<Turn>? turns = null)
    {
        var asked = new Conversation
        {
            Dialect = Dialect.OpenAiChat,
            Model = "m",
            Turns = turns ?? [new Turn(Role.User, [new TextBlock(JsonText.Of("x"))])],
            Tools = choice is null ? [] : [new ToolSpec("f")],
            ToolChoice = choice ?? ToolChoice.Unsaid,
            Reasoning = reasoning ?? new(),
            Sampling = sampling ?? new(),
            Format = format ?? OutputFormat.Text,
        };
        var terms = Messages.Terms(asked, model);
        return (Messages.Write(asked, terms), [.. terms.Losses.Losses.Select(loss => $"{loss.Severity} {loss.Path}")]);
    }

    [Theory]
    [InlineData("claude-sonnet-4-5", Effort.Medium, """{"type":"enabled","budget_tokens":8192}""", null, "Info")]
    [InlineData("claude-sonnet-4-5", Effort.None, null, null, null)]
    [InlineData("claude-opus-4-6", Effort.XHigh, """{"type":"adaptive"}""", "high", "Info")]
    [InlineData("claude-opus-4-7", Effort.XHigh, """{"type":"adaptive"}""", "xhigh", null)]
    [InlineData("claude-opus-4-7", Effort.None, null, null, null)]
    [InlineData("claude-opus-4-7", Effort.Minimal, """{"type":"adaptive"}""", "low", "Info")]
    [InlineData("claude-opus-5", Effort.None, """{"type":"disabled"}""", null, null)]
    [InlineData("claude-opus-5", Effort.Unsaid, null, null, null)]
    [InlineData("claude-opus-5-5", Effort.None, null, "low", "Warning")]
    [InlineData("claude-fable-5-1", Effort.Max, """{"type":"adaptive"}""", "max", null)]
    [InlineData("claude-opus-9", Effort.Low, """{"type":"adaptive"}""", "low", null)]
    [InlineData("claude-3-5-sonnet-20241022", Effort.High, null, null, "Warning")]
    [InlineData("glm-5.3", Effort.Low, """{"type":"enabled","budget_tokens":2048}""", null, "Info")]
    public void Effort_becomes_what_the_model_knows(string model, Effort effort, string? thinking, string? level, string? severity)
    {
        var (body, losses) = Write(model, new ReasoningWish { Effort = effort });
        body.At("thinking")?.GetRawText().ShouldBe(thinking);
        body.Str("output_config", "effort").ShouldBe(level);
        losses.ShouldBe(severity is null ? [] : [$"{severity} reasoning"]);
    }

    [Theory]
    [InlineData("claude-sonnet-4-5", 4000L, 64_000L, """{"type":"enabled","budget_tokens":4000}""")]
    [InlineData("claude-sonnet-4-5", 4000L, 2000L, """{"type":"enabled","budget_tokens":1600}""")]
    [InlineData("claude-sonnet-4-5", 200L, 64_000L, """{"type":"enabled","budget_tokens":1024}""")]
    [InlineData("claude-sonnet-4-5", 4000L, 1000L, null)]
    [InlineData("claude-opus-4-6", 4000L, 64_000L, """{"type":"enabled","budget_tokens":4000}""")]
    [InlineData("claude-opus-4-8", 4000L, 64_000L, """{"type":"adaptive"}""")]
    [InlineData("claude-sonnet-5", 0L, 64_000L, """{"type":"disabled"}""")]
    public void A_budget_becomes_what_the_model_knows(string model, long budget, long most, string? thinking) =>
        Write(model, new ReasoningWish { Budget = budget }, new Sampling { MaxOutputTokens = most }).Body.At("thinking")?.GetRawText().ShouldBe(thinking);

    [Fact]
    public void Reasoning_is_shown_where_it_is_wished()
    {
        Write("claude-opus-5-5", new ReasoningWish { Show = true }).Body.At("thinking")!.Value.GetRawText().ShouldBe("""{"type":"adaptive","display":"summarized"}""");
        Write("claude-opus-4-8", new ReasoningWish { Effort = Effort.Low, Show = false }).Body.Str("thinking", "display").ShouldBe("omitted");
        Write("claude-opus-4-8", new ReasoningWish { Show = true }).Body.At("thinking").ShouldBeNull();
    }

    [Theory]
    [InlineData("claude-sonnet-4-5", false, "any", """["Warning reasoning"]""")]
    [InlineData("claude-opus-4-8", true, "any", "[]")]
    [InlineData("claude-fable-5-1", true, "auto", """["Warning tool_choice"]""")]
    public void Forced_tools_and_thinking(string model, bool thinks, string choice, string losses)
    {
        var (body, lost) = Write(model, new ReasoningWish { Effort = Effort.High }, choice: new ToolChoice(ToolDuty.Any));
        (body.At("thinking") is not null).ShouldBe(thinks);
        body.Str("tool_choice", "type").ShouldBe(choice);
        JsonSerializer.Serialize(lost).ShouldBe(losses);
    }

    [Fact]
    public void A_round_of_tool_calls_that_another_vendor_thought_up_goes_on_without_thinking()
    {
        Turn[] turns =
        [
            new(Role.User, [new TextBlock(JsonText.Of("x"))]),
            new(Role.Assistant, [new ToolCallBlock("c", "f", ToolInput.FromObject(Messages.Bytes("{}")))]),
            new(Role.User, [new ToolResultBlock("c", [new TextBlock(JsonText.Of("y"))])]),
        ];
        var wish = new ReasoningWish { Effort = Effort.High };
        Write("claude-sonnet-4-5", wish, choice: new ToolChoice(ToolDuty.Auto), turns: turns).Body.At("thinking").ShouldBeNull();
        Write("claude-opus-4-7", wish, choice: new ToolChoice(ToolDuty.Auto), turns: turns).Body.At("thinking").ShouldNotBeNull();
        turns[1] = new Turn(Role.Assistant, [new ThinkingBlock(JsonText.Of("t")) { Sealed = new Sealed(Dialect.AnthropicMessages, JsonText.Of("s")) }, .. turns[1].Blocks]);
        Write("claude-sonnet-4-5", wish, choice: new ToolChoice(ToolDuty.Auto), turns: turns).Body.At("thinking").ShouldNotBeNull();
    }

    [Theory]
    [InlineData("claude-sonnet-4", 1.5, 0.9, "1", "0.9", "Warning temperature")]
    [InlineData("claude-sonnet-4-5", 0.5, 0.9, "0.5", null, "Info top_p")]
    [InlineData("claude-opus-4-7", 0.5, 0.9, null, null, "Warning temperature")]
    [InlineData("kimi-k3", 1.5, 0.9, "1.5", "0.9", null)]
    public void Sampling_by_model(string model, double temperature, double topP, string? writtenTemperature, string? writtenTopP, string? loss)
    {
        var (body, losses) = Write(model, sampling: new Sampling { Temperature = (decimal)temperature, TopP = (decimal)topP });
        body.At("temperature")?.GetRawText().ShouldBe(writtenTemperature);
        body.At("top_p")?.GetRawText().ShouldBe(writtenTopP);
        losses.ShouldBe(loss is null ? [] : [loss]);
        Write("claude-sonnet-4-5", new ReasoningWish { Effort = Effort.Low }, new Sampling { Temperature = 0.5m }).Body.At("temperature").ShouldBeNull();
        Write("claude-sonnet-4-5", sampling: new Sampling { TopK = 40.0m }).Body.At("top_k")!.Value.GetRawText().ShouldBe("40");
    }

    [Fact]
    public void The_form_of_the_answer()
    {
        static OutputFormat Of(string schema) => new(OutputShape.Schema) { Schema = Messages.Bytes(schema), Name = "s" };
        var closed = Write("claude-sonnet-4-5", format: Of("""{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}"""));
        closed.Body.At("output_config", "format", "schema", "properties", "a").ShouldNotBeNull();
        closed.Losses.ShouldBeEmpty();
        var mended = Write("claude-sonnet-4-5", format: Of("""{"type":"object","properties":{"n":{"type":"integer","minimum":1},"o":{"oneOf":[{"type":"object"}]}}}"""));
        mended.Body.At("output_config", "format", "schema")!.Value.GetRawText()
            .ShouldBe("""{"type":"object","properties":{"n":{"type":"integer"},"o":{"anyOf":[{"type":"object","additionalProperties":false}]}},"additionalProperties":false}""");
        mended.Losses.ShouldBe(["Info format"]);
        foreach (var (model, format) in new[]
                 {
                     ("claude-sonnet-4-5", Of("""{"type":"object","additionalProperties":{"type":"string"}}""")),
                     ("claude-sonnet-4", Of("""{"type":"object","properties":{}}""")),
                     ("claude-opus-5", new OutputFormat(OutputShape.Json)),
                 })
        {
            var told = Write(model, format: format);
            told.Body.At("output_config").ShouldBeNull();
            told.Body.Each("system").Single().Str("text")!.ShouldContain("JSON object");
            told.Losses.ShouldBe(["Warning format"]);
        }
    }

    [Theory]
    [InlineData("claude-opus-4-20250514", "claude-opus-4")]
    [InlineData("claude-opus-4-0", "claude-opus-4")]
    [InlineData("claude-opus-4-1-20250805", "claude-opus-4-1")]
    [InlineData("us.anthropic.claude-opus-4-6-v1", "claude-opus-4-6")]
    [InlineData("anthropic/claude-opus-4.6", "claude-opus-4-6")]
    [InlineData("claude-sonnet-4-5@20250929", "claude-sonnet-4-5")]
    [InlineData("claude-3-5-haiku-20241022", "claude-3-5")]
    [InlineData("claude-3-haiku-20240307", "claude-3")]
    [InlineData("Claude-Sonnet-5", "claude-sonnet-5")]
    [InlineData("claude-fable-5-2", "claude-fable-5-2")]
    [InlineData("claude-opus-5-6", "claude")]
    [InlineData("claude-epic-7", "claude")]
    [InlineData("glm-5.3", "")]
    public void Names_of_models(string name, string row) => AnthropicMessagesModels.Find(name).Name.ShouldBe(row);
}
