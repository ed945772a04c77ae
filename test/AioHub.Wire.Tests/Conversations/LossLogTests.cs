using AioHub.Wire.Conversations;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Conversations;

public class LossLogTests
{
    [Fact]
    public void The_same_loss_at_many_places_is_kept_once()
    {
        var log = new LossLog();
        for (var index = 0; index < 100; index++)
            log.Add($"messages[{index}].name", "No names here.");
        log.Add("messages[0].audio", "No names here.");
        log.Add("top_k", "Not taken.", LossSeverity.Info);
        log.Losses.Select(loss => loss.Path).ShouldBe(["messages[0].name", "messages[0].audio", "top_k"]);
        log.Count.ShouldBe(102);
    }

    [Fact]
    public void A_hostile_body_cannot_make_it_long()
    {
        var log = new LossLog();
        for (var index = 0; index < 10_000; index++)
            log.Add("x" + new string('y', index % 50) + (char)('a' + (index % 26)), "Unknown.");
        log.Losses.Count.ShouldBe(LossLog.Most);
        log.Count.ShouldBe(10_000);
    }

    [Fact]
    public void What_is_in_a_pocket_is_lost_by_its_rule_unless_the_dialect_is_its_own()
    {
        var pocket = Pocket.Empty;
        Pocket.Add(ref pocket, JsonText.Of("odd"), "1"u8.ToArray(), FieldRule.Unknown);
        Pocket.Add(ref pocket, JsonText.Of("quiet"), "1"u8.ToArray(), FieldRule.Silent);
        Pocket.Empty.Members.ShouldBeEmpty();
        var conversation = new Conversation { Dialect = Dialect.Gemini, Model = "m", Pocket = pocket, Turns = [new Turn(Role.User, [new TextBlock(JsonText.Of("a")) { Pocket = pocket }])] };
        var losses = new LossLog();
        PocketLosses.Record(conversation, Dialect.Gemini, losses);
        losses.Count.ShouldBe(0);
        PocketLosses.Record(conversation, Dialect.OpenAiChat, losses);
        losses.Losses.Select(loss => (loss.Path, loss.Severity)).ShouldBe([("odd", LossSeverity.Warning), ("turns[0].text.odd", LossSeverity.Warning)]);
    }
}
