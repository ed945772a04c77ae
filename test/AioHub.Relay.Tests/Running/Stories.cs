using AioHub.Core.Metering;
using AioHub.Core.Routing;

namespace AioHub.Relay.Tests.Running;

/// <summary>What must hold of the story of every call that routing was asked about.</summary>
internal static class Stories
{
    /// <summary>Each group and each channel but the one that served has a reason, and nothing that failed looks as if it had not been tried.</summary>
    public static DryRun ShouldTellAll(this Receipt receipt)
    {
        var told = DryRun.Of(receipt).ShouldNotBeNull().Explanation;
        var isServed = receipt.Outcome is not (CallOutcome.Failed or CallOutcome.Refused) && receipt.Group is not null;
        (told.Group, told.Channel).ShouldBe(isServed ? (receipt.Group, receipt.Channel) : (null, null));
        (told.Refusal?.Code, told.Refusal?.Status).ShouldBe(isServed || receipt.ErrorCode is null ? (null, null) : (receipt.ErrorCode, receipt.HttpStatus));
        told.Groups.ShouldNotBeEmpty();
        told.Groups.Count(static group => group.Chosen).ShouldBe(isServed ? 1 : 0);
        told.Groups.ShouldAllBe(static group => group.Reason.Length > 0);
        told.Groups.SelectMany(static group => group.Channels).ShouldAllBe(static channel => channel.Reason.Length > 0);
        told.Groups.SelectMany(static group => group.Channels).Count(static channel => channel.Result == "chosen").ShouldBe(isServed ? 1 : 0);
        foreach (var attempt in receipt.Attempts.Where(attempt => attempt.Result != "ok" && attempt.Channel != told.Channel && attempt.Status is not null))
        {
            told.Groups.SelectMany(static group => group.Channels).Where(channel => channel.Channel == attempt.Channel).ShouldAllBe(static channel => channel.Result == "passed_over" && channel.Reason.StartsWith("tried", StringComparison.Ordinal));
        }

        return DryRun.Of(receipt)!;
    }
}
