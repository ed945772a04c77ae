using AioHub.Admin.Frame;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Probes;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Channels;

/// <param name="Model">The public name of the model to call; absent = the channel's test model, else the cheapest chat model that it names or lists.</param>
/// <param name="Credential">Only this one.</param>
/// <param name="ListOnly">Ask for the list of models alone, which costs nothing.</param>
internal sealed record TestRequest(string? Model, string? Credential, bool? ListOnly);

/// <summary>One header as it may be shown.</summary>
internal sealed record HeaderShape(string Name, string Value);

/// <summary>What went out and what came back, secrets masked.</summary>
/// <param name="Body">As text; absent = none.</param>
/// <param name="Status">Absent = nothing came.</param>
/// <param name="Reply">The beginning of the reply, as text.</param>
internal sealed record ExchangeShape(string Method, string Address, IReadOnlyList<HeaderShape> Headers, string? Body, int? Status, IReadOnlyList<HeaderShape> ReplyHeaders, string? Reply)
{
    public static ExchangeShape Of(RawExchange exchange) => new(
        exchange.Method, exchange.Address, [.. exchange.Headers.Select(static header => new HeaderShape(header.Name, header.Value))], exchange.Body, exchange.Status,
        [.. exchange.ReplyHeaders.Select(static header => new HeaderShape(header.Name, header.Value))], exchange.Reply);
}

/// <param name="Name"><c>call</c>, <c>stream</c> or <c>tools</c>.</param>
internal sealed record TestStepShape(string Name, bool Ok, string Message, long Ms, ExchangeShape? Exchange);

/// <summary>What came of it with one credential.</summary>
/// <param name="Listed">The upstream gave its list of models.</param>
/// <param name="Callable">What is listed is what calls may name.</param>
/// <param name="Message">Of the list: what came, or why nothing did.</param>
/// <param name="Model">That was called.</param>
/// <param name="Skipped">Why no call was sent.</param>
/// <param name="Exchanges">Of the list.</param>
internal sealed record CredentialTestShape(
    string Credential, bool Ok, bool Listed, bool Callable, string Message, IReadOnlyList<string> Models, string? Model, string? Skipped, IReadOnlyList<TestStepShape> Steps, IReadOnlyList<ExchangeShape> Exchanges)
{
    public static CredentialTestShape Of(CredentialTrial trial) => new(
        trial.Credential.Name, trial.Ok, trial.Listed.Ok, trial.Listed.IsCallable, trial.Listed.Message, trial.Listed.Models, trial.Model, trial.Skipped,
        [.. trial.Steps.Select(static step => new TestStepShape(step.Name, step.Ok, step.Message, (long)step.Took.TotalMilliseconds, step.Exchange is { } exchange ? ExchangeShape.Of(exchange) : null))],
        [.. trial.Listed.Exchanges.Select(ExchangeShape.Of)]);
}

internal sealed record TestReply(bool Ok, IReadOnlyList<CredentialTestShape> Credentials);

/// <summary>Channels as calls have them: with their secrets, in memory.</summary>
internal sealed class ServedChannels(RoutingDirectory routing)
{
    public IEnumerable<Channel> All => routing.Current.Channels.OrderBy(static channel => channel.Name, StringComparer.Ordinal);

    /// <exception cref="Refused">There is none.</exception>
    public Channel Take(long id) => routing.Current.FindChannel(new ChannelId(id)) ?? throw Refused.NotFound("channel");
}

/// <summary><c>POST /api/admin/channels/{id}/test</c>: the list of models with each credential, then a small call, a stream and a call of a tool, all shown raw. Nothing is held against the credential.</summary>
internal static class TestChannel
{
    public static async Task<TestReply> AnswerAsync(long id, Body<TestRequest> body, HttpContext http, ServedChannels served, ChannelTrials trials, IUpstreamBench bench)
    {
        var (model, credential, listOnly) = body.Value;
        var results = await trials.TestAsync(bench, served.Take(id), new TrialQuestion(Some(model), Some(credential), listOnly == true), http.RequestAborted);
        return new TestReply(results.All(static result => result.Ok), [.. results.Select(CredentialTestShape.Of)]);
    }

    public static string? Some(string? text) => text is { Length: > 0 } ? text : null;
}

/// <param name="Credential">The one that asks; absent = the first that is enabled.</param>
internal sealed record UpstreamModelsRequest(string? Credential);

/// <param name="OfferedAs">Public names under which the channel offers it; empty = under none.</param>
/// <param name="Note">What the upstream says of it.</param>
internal sealed record UpstreamModelShape(string UpstreamModel, IReadOnlyList<string> OfferedAs, string? Note);

/// <summary>An upstream's list beside what the channel offers.</summary>
/// <param name="Ok">It gave a list.</param>
/// <param name="Callable">What is listed is what calls may name; else it is a catalogue, in which nothing is missing.</param>
/// <param name="Missing">What the channel names and the upstream does not list.</param>
internal sealed record UpstreamModelsReply(
    string Credential, bool Ok, string Message, bool Callable, IReadOnlyList<UpstreamModelShape> Models, IReadOnlyList<UpstreamModelShape> Missing, IReadOnlyList<ExchangeShape> Exchanges);

/// <summary><c>POST /api/admin/channels/{id}/upstream-models</c>: asks the upstream; costs nothing.</summary>
internal static class FetchUpstreamModels
{
    public static async Task<UpstreamModelsReply> AnswerAsync(long id, Body<UpstreamModelsRequest> body, HttpContext http, ServedChannels served, ChannelTrials trials, IUpstreamBench bench)
    {
        var (listed, comparison) = await trials.CompareAsync(bench, served.Take(id), TestChannel.Some(body.Value.Credential), http.RequestAborted);
        return new UpstreamModelsReply(
            listed.Credential, listed.Ok, listed.Message, listed.IsCallable,
            [.. comparison.Listed.Select(line => new UpstreamModelShape(line.UpstreamModel, line.OfferedAs, listed.Notes.GetValueOrDefault(line.UpstreamModel)))],
            listed.Ok ? [.. comparison.Missing.Select(static line => new UpstreamModelShape(line.UpstreamModel, line.OfferedAs, null))] : [],
            [.. listed.Exchanges.Select(ExchangeShape.Of)]);
    }
}
