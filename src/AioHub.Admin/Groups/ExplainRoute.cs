using AioHub.Admin.Frame;
using AioHub.Core.Identity;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Overrides;
using AioHub.Wire.Vocabulary;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Groups;

/// <summary>A call that may come. Either a key is named, or groups as a key would carry them.</summary>
/// <param name="KeyId">Whose call it is.</param>
/// <param name="Groups">In order; absent = <c>auto</c>.</param>
/// <param name="Model">As the caller would write it.</param>
/// <param name="Dialect">What the caller speaks; <c>openai-chat</c> unless said.</param>
/// <param name="Operation"><c>generate</c> unless said.</param>
/// <param name="Needs">By names of capabilities.</param>
/// <param name="Client">The client's <c>User-Agent</c>.</param>
/// <param name="InputTokens">That the input surely has.</param>
internal sealed record ExplainRequest(
    long? KeyId, IReadOnlyList<string>? Groups, string Model, string? Dialect, string? Operation, IReadOnlyList<string>? Needs, string? Client, long? InputTokens);

/// <summary>What was thought of one channel.</summary>
/// <param name="Result"><c>candidate</c>, <c>passed_over</c>, <c>cooling</c> or <c>chosen</c>.</param>
internal sealed record ExplainedChannel(string Channel, string Result, string Reason);

/// <summary>What was thought of one group, in the order in which they were considered.</summary>
internal sealed record ExplainedGroup(string Group, bool Chosen, string? Code, string Reason, IReadOnlyList<ExplainedChannel> Channels);

internal sealed record ExplainedRefusal(int Status, string Code, string Message);

/// <summary>Where the call would go now, and why not elsewhere.</summary>
/// <param name="Group">Absent = it would be refused.</param>
/// <param name="PriceGroup">Whose own price of the model counts; absent = the model's.</param>
/// <param name="Multiplier">The group's, on that price.</param>
internal sealed record ExplainReply(
    string? Group, string? Channel, string Model, string? UpstreamModel, string? PriceVersion, string? PriceGroup, decimal Multiplier, ExplainedRefusal? Refusal, IReadOnlyList<ExplainedGroup> Groups);

/// <summary><c>POST /api/admin/route/explain</c>: nothing is sent, held or counted.</summary>
internal static class ExplainRoute
{
    public static async Task<ExplainReply> AnswerAsync(Body<ExplainRequest> body, HttpContext http, Who who, Router router, IdentityLists lists)
    {
        var asked = body.Value;
        if (asked.Model.Trim().Length is 0 or > ModelName.MaxLength)
        {
            throw Refused.Invalid("model", $"must have 1 to {ModelName.MaxLength} characters");
        }

        var operation = Operation.Generate;
        if (asked.Operation is { Length: > 0 } named && !OverrideCondition.TryParse(named, out operation))
        {
            throw Refused.Invalid("operation", $"there is no '{named}'; there are {string.Join(", ", OverrideCondition.OperationNames)}");
        }

        var key = asked.KeyId is { } id
            ? (await lists.FindKeyAsync(new ApiKeyId(id), owner: null, http.RequestAborted) ?? throw Refused.Invalid("key_id", "there is no such key")).Key
            : new ApiKey { Id = default, Name = "explain", Owner = who.User, OwnerRole = Role.Operator, Groups = asked.Groups is { Count: > 0 } groups ? [.. groups] : [Group.AutoName] };
        var question = new RouteQuestion(
            key, asked.Dialect is { Length: > 0 } dialect ? Names.Dialect(dialect, "dialect") : Dialect.OpenAiChat, operation, ModelName.Parse(asked.Model.Trim()),
            Names.Capabilities(asked.Needs ?? [], "needs"), Session: null)
        {
            Client = asked.Client, InputTokens = Math.Max(0, asked.InputTokens ?? 0),
        };
        var told = router.Explain(question);
        return new ExplainReply(
            told.Group, told.Channel, told.Model, told.UpstreamModel, told.Price?.Version, told.PriceGroup, told.Multiplier,
            told.Refusal is { } refusal ? new ExplainedRefusal(refusal.Status, refusal.Code, refusal.Message) : null,
            [.. told.Groups.Select(static group => new ExplainedGroup(
                group.Group, group.Chosen, group.Code, group.Reason, [.. group.Channels.Select(static channel => new ExplainedChannel(channel.Channel, channel.Result, channel.Reason))]))]);
    }
}
