using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects.OpenAiChat;

namespace AioHub.Wire.Tests.Dialects.OpenAiChat;

public sealed class OpenAiChatModelsTests
{
    [Fact]
    public void Every_entry_names_its_source_and_date_and_can_be_found()
    {
        foreach (var entry in OpenAiChatModels.Entries)
        {
            entry.Source.ShouldContain("2026-");
            foreach (var name in entry.Names)
                OpenAiChatModels.Of(name, "openai-compatible").ShouldBeSameAs(entry, name);

            var named = entry.Switch is ReasoningSwitch.Effort or ReasoningSwitch.ThinkingAndEffort;
            (entry.Efforts.Length > 0).ShouldBe(named, entry.Names[0]);
            entry.Efforts.ShouldBeInOrder(SortDirection.Ascending, entry.Names[0]);
            if (entry.Drawing == Drawing.WithoutReasoning || entry.RestsByDefault)
                entry.Efforts.Contains(Effort.None).ShouldBeTrue(entry.Names[0]);
        }
    }

    [Theory]
    [InlineData("openai/GPT-5.5-mini", "gpt-5.5")]
    [InlineData("gpt-5-mini", "gpt-5")]
    [InlineData("gpt-5.1-chat-latest", "gpt-5-chat")]
    [InlineData("accounts/fireworks/models/deepseek-v3p1", "deepseek")]
    [InlineData("moonshotai/Kimi-K2-Instruct-0905", "kimi")]
    [InlineData("o3-mini", "o1")]
    public void Names_are_found_by_their_beginning_behind_the_last_slash(string model, string first) => OpenAiChatModels.Of(model, "openai-compatible").Names[0].ShouldBe(first);

    [Fact]
    public void What_nobody_knows_is_asked_plainly_and_deployments_at_openai_as_its_newest()
    {
        OpenAiChatModels.Of("house-model", "openai-compatible").ShouldBeSameAs(OpenAiChatModels.Unknown);
        OpenAiChatModels.Of("house-model", "azure").CompletionTokens.ShouldBeTrue();
    }
}
