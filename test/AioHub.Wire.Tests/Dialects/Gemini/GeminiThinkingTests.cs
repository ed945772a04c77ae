using System.Text.Json.Nodes;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects.Gemini;
using static AioHub.Wire.Tests.Dialects.Gemini.GeminiTalk;

namespace AioHub.Wire.Tests.Dialects.Gemini;

public sealed class GeminiThinkingTests
{
    private static JsonNode? Config(ReasoningWish wish, string model, LossLog? losses = null) => Write(Foreign(User(Text("Hi"))) with { Reasoning = wish }, losses, model)["generationConfig"]!["thinkingConfig"];

    [Theory]
    [InlineData("gemini-3.8-flash", Effort.None, "LOW", 1)]
    [InlineData("gemini-3.8-flash", Effort.Minimal, "LOW", 1)]
    [InlineData("gemini-3.8-flash", Effort.Low, "LOW", 0)]
    [InlineData("gemini-3.8-flash", Effort.Medium, "MEDIUM", 0)]
    [InlineData("gemini-3.8-flash", Effort.High, "HIGH", 0)]
    [InlineData("gemini-3.8-flash", Effort.XHigh, "HIGH", 1)]
    [InlineData("gemini-4-argon", Effort.Max, "HIGH", 1)]
    [InlineData("models/gemini-3.6-flash", Effort.None, "MINIMAL", 1)]
    [InlineData("gemini-3.5-flash-lite", Effort.Minimal, "MINIMAL", 0)]
    [InlineData("gemini-3-pro-preview", Effort.Medium, "HIGH", 1)]
    [InlineData("publishers/google/models/gemini-3.1-pro-preview", Effort.Medium, "MEDIUM", 0)]
    [InlineData("gemini-9-neon", Effort.Medium, "MEDIUM", 0)]
    [InlineData("someone-elses-model", Effort.XHigh, "HIGH", 0)]
    public void Levels(string model, Effort effort, string level, int lost)
    {
        var losses = new LossLog();
        Config(new ReasoningWish { Effort = effort }, model, losses)!.ToJsonString().ShouldBe($$"""{"thinkingLevel":"{{level}}"}""");
        losses.Count.ShouldBe(lost);
    }

    [Theory]
    [InlineData("gemini-3.8-flash", 500L, """{"thinkingLevel":"LOW"}""")]
    [InlineData("gemini-3.8-flash", 8_192L, """{"thinkingLevel":"MEDIUM"}""")]
    [InlineData("gemini-3.8-flash", 31_999L, """{"thinkingLevel":"HIGH"}""")]
    [InlineData("gemini-2.5-pro", 0L, """{"thinkingBudget":128}""")]
    [InlineData("gemini-2.5-pro", 99_999L, """{"thinkingBudget":32768}""")]
    [InlineData("gemini-2.5-flash", 0L, """{"thinkingBudget":0}""")]
    [InlineData("gemini-2.5-flash-lite", 100L, """{"thinkingBudget":512}""")]
    [InlineData("someone-elses-model", 100L, """{"thinkingBudget":100}""")]
    public void Budgets(string model, long budget, string config) => Config(new ReasoningWish { Budget = budget }, model)!.ToJsonString().ShouldBe(config);

    [Theory]
    [InlineData("gemini-2.5-flash", Effort.None, 0)]
    [InlineData("gemini-2.5-flash", Effort.Low, 1_024)]
    [InlineData("gemini-2.5-flash", Effort.Medium, 8_192)]
    [InlineData("gemini-2.5-flash", Effort.High, 24_576)]
    [InlineData("gemini-2.5-pro", Effort.Max, 32_768)]
    [InlineData("gemini-2.5-pro", Effort.None, 128)]
    public void Efforts_as_budgets(string model, Effort effort, int budget) => Config(new ReasoningWish { Effort = effort }, model)!["thinkingBudget"]!.GetValue<int>().ShouldBe(budget);

    [Fact]
    public void What_is_not_asked_for_is_not_said()
    {
        Config(new ReasoningWish(), "gemini-3.8-flash").ShouldBeNull();
        Config(new ReasoningWish { Show = false }, "gemini-2.5-pro").ShouldBeNull();
        Config(new ReasoningWish { Adaptive = true }, "gemini-3.8-flash").ShouldBeNull();
        Config(new ReasoningWish { Adaptive = true, Show = true }, "gemini-2.5-pro")!.ToJsonString().ShouldBe("""{"includeThoughts":true,"thinkingBudget":-1}""");
        Config(new ReasoningWish { Effort = Effort.None }, "someone-elses-model").ShouldBeNull();
    }

    [Fact]
    public void Models_that_do_not_think_are_not_asked_to()
    {
        var losses = new LossLog();
        Config(new ReasoningWish { Effort = Effort.None, Show = true }, "gemini-2.0-flash", losses).ShouldBeNull();
        losses.Count.ShouldBe(0);
        Config(new ReasoningWish { Effort = Effort.High }, "gemini-2.0-flash", losses).ShouldBeNull();
        losses.Count.ShouldBe(1);
    }

    [Fact]
    public void The_table_is_whole()
    {
        GeminiModels.All.Select(model => model.Prefix).ShouldBeUnique();
        GeminiModels.All.ShouldAllBe(model => model.Source.StartsWith("https://") && model.Read.Year >= 2026 && (model.Levels.Count == 0 || model.Budget == null));
        GeminiModels.Of("models/gemini-2.5-flash-lite-001").Prefix.ShouldBe("gemini-2.5-flash-lite");
        GeminiModels.Of("claude").IsUnknown.ShouldBeTrue();
        GeminiModels.Of("").IsUnknown.ShouldBeTrue();
    }
}
