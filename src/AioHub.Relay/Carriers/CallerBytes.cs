using AioHub.Core.Routing;
using AioHub.Core.Routing.Presets;
using AioHub.Relay.Bodies;
using AioHub.Relay.Calls;
using AioHub.Relay.Front;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;
using Microsoft.AspNetCore.Http;

namespace AioHub.Relay.Carriers;

/// <summary>A call that goes on as its caller said it: the bytes with the splices that every upstream needs, and those that its carrier adds.</summary>
internal static class CallerBytes
{
    private static readonly JsonPeek StreamOptions = new("include_usage");
    private static readonly byte[] AskForUsage = "{\"include_usage\":true}"u8.ToArray();
    private static readonly byte[] True = "true"u8.ToArray();

    /// <param name="headers">The caller's.</param>
    /// <param name="query">The caller's.</param>
    /// <param name="opened">What is taken out of the body or put in beside the model's name and the wish for usage, in any order; null = nothing.</param>
    public static UpstreamCall Build(IHeaderDictionary headers, QueryString query, Envelope envelope, RouteAttempt attempt, IReadOnlyList<Splice>? opened)
    {
        if (envelope.Form is { } form)
        {
            return BuildForm(headers, query, envelope, form, attempt);
        }

        Span<Splice> splices = [default, default];
        var count = SpliceModel(envelope, attempt, splices) ? 1 : 0;
        var hideUsage = SpliceUsage(envelope, attempt, ref splices[count]);
        count += hideUsage ? 1 : 0;
        if (count == 2 && splices[1].Start < splices[0].Start)
        {
            splices.Reverse();
        }

        if (envelope.Route.IsInvoke && BedrockBody.WithoutOwn(envelope.Body.Span) is { Count: > 0 } without)
        {
            opened = [.. opened ?? [], .. without];
        }

        var body = new SplicedBytes(envelope.Body, opened is { Count: > 0 } ? Joined(opened, splices[..count]) : splices[..count]);
        var request = UpstreamAuth.NewRequest(envelope.Route.Object is null ? HttpMethod.Post : HttpMethod.Parse(envelope.Route.Method), UpstreamAddress.For(attempt, envelope.Route, query), attempt);
        if (envelope.Route.Object is null || !envelope.Body.IsEmpty)
        {
            request.Content = new SplicedContent(body, envelope.ContentType);
        }

        CallerHeaders.Forward(headers, request, attempt);
        UpstreamAuth.Apply(request, attempt, envelope.Route.Dialect);
        return new UpstreamCall(envelope, attempt, request, hideUsage);
    }

    /// <summary>The caller's bytes without what no vendor may see, for carriers that make a body of their own.</summary>
    public static ReadOnlyMemory<byte> Without(Envelope envelope, IReadOnlyList<Splice>? opened) =>
        opened is { Count: > 0 } ? new SplicedBytes(envelope.Body, [.. opened]).ToArray() : envelope.Body;

    /// <summary>A form goes as it is, but for the model's name.</summary>
    private static UpstreamCall BuildForm(IHeaderDictionary headers, QueryString query, Envelope envelope, FormBody form, RouteAttempt attempt)
    {
        var model = string.Equals(envelope.RequestedModel, attempt.UpstreamModel, StringComparison.Ordinal) ? null : attempt.UpstreamModel;
        var request = UpstreamAuth.NewRequest(HttpMethod.Post, UpstreamAddress.For(attempt, envelope.Route, query), attempt);
        request.Content = new FormContent(form, envelope.ContentType, model);
        CallerHeaders.Forward(headers, request, attempt);
        UpstreamAuth.Apply(request, attempt, envelope.Route.Dialect);
        return new UpstreamCall(envelope, attempt, request, HideUsage: false);
    }

    /// <summary>Both in the body's order. What is put in at one place stands behind what is cut out before it.</summary>
    private static Splice[] Joined(IReadOnlyList<Splice> opened, ReadOnlySpan<Splice> own)
    {
        Splice[] all = [.. opened, .. own];
        return [.. all.OrderBy(static splice => splice.Start)];
    }

    private static bool SpliceModel(Envelope envelope, RouteAttempt attempt, Span<Splice> splices)
    {
        var member = envelope.Peek.ModelMember;
        if (!member.Exists || string.Equals(envelope.RequestedModel, attempt.UpstreamModel, StringComparison.Ordinal))
        {
            return false;
        }

        // Gemini's embedding bodies repeat the model of the path, spelled as a resource name.
        var name = envelope.Route.Dialect == Dialect.Gemini ? "models/" + attempt.UpstreamModel : attempt.UpstreamModel;
        splices[0] = JsonSplice.Replace(member, JsonSplice.QuotedString(name));
        return true;
    }

    /// <summary>Chat streams report usage only when asked. A passthrough group's bytes stay as they are.</summary>
    private static bool SpliceUsage(Envelope envelope, RouteAttempt attempt, ref Splice splice)
    {
        if (envelope.Route.Dialect != Dialect.OpenAiChat || envelope.Route.Operation is not (Operation.Generate or Operation.Complete) || !envelope.Stream || envelope.Peek.IncludeUsage
            || attempt.Group.Mode == GroupMode.Passthrough || attempt.Channel.Settings.GetValueOrDefault("stream_usage") is "false"
            || ChannelPresets.TraitsOf(attempt.Channel).Refuses.HasFlag(HostRefusals.StreamOptions))
        {
            return false;
        }

        var body = envelope.Body.Span;
        var options = envelope.Peek.StreamOptionsMember;
        if (!options.Exists)
        {
            splice = JsonSplice.Insert(body, "stream_options", AskForUsage);
            return true;
        }

        var value = options.ValueIn(body);
        Span<JsonMember> found = stackalloc JsonMember[1];
        if (StreamOptions.Scan(value, found, out _) != PeekFault.None)
        {
            // null or something foreign: null is replaced, the rest is the upstream's to judge.
            if (!JsonValue.IsNull(value))
            {
                return false;
            }

            splice = JsonSplice.Replace(options, AskForUsage);
            return true;
        }

        var inside = found[0].Exists ? JsonSplice.Replace(found[0], True) : JsonSplice.Insert(value, "include_usage", True);
        splice = inside with { Start = inside.Start + options.ValueStart };
        return true;
    }
}
