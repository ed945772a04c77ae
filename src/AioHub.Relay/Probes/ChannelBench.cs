using System.Collections.Immutable;
using System.Text;
using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Probes;
using AioHub.Core.Storage;
using AioHub.Core.Transcripts;
using AioHub.Relay.Calls;
using AioHub.Relay.Carriers;
using AioHub.Relay.Carriers.Tokens;
using AioHub.Relay.Failures;
using AioHub.Relay.Stages;
using AioHub.Wire.Conversations;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace AioHub.Relay.Probes;

/// <summary>
/// Makes a channel's calls as the data path makes them, by its own stages, and outside of any caller's: nothing is routed, held, charged or recorded. What is sent and where it may go is what calls of
/// the channel send and where they may go.
/// </summary>
public sealed class ChannelBench : IUpstreamBench, IDisposable
{
    private const int MostBytes = 1024 * 1024;
    private const int MostShown = 64 * 1024;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(90);

    private static readonly ApiKey Key = new() { Id = default, Name = "bench", Owner = default, OwnerRole = Core.Identity.Role.Operator, Groups = ["bench"] };
    private static readonly PriceRow Unpriced = new() { Version = "", From = DateTime.UnixEpoch, Rates = new Rates() };

    private readonly ServiceProvider _stages;
    private readonly TimeProvider _time;

    /// <param name="box">Of the hub: what it sealed is opened.</param>
    /// <param name="transcripts">Of the hub.</param>
    /// <param name="time">For signatures.</param>
    public ChannelBench(SecretBox box, TranscriptDirectory transcripts, TimeProvider time)
    {
        _time = time;
        _stages = new ServiceCollection().AddLogging().AddSingleton(time).AddSingleton(box).AddSingleton(transcripts).AddRelay(new RelayOptions()).BuildServiceProvider();
        Upstreams = _stages.GetRequiredService<Upstreams>();
    }

    /// <inheritdoc/>
    public Task<ListedModels> ListAsync(Channel channel, Credential credential, CancellationToken cancellation) => UpstreamModels.AskAsync(this, channel, credential, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<TestStep>> TryAsync(Channel channel, Credential credential, ProbeTarget target, CancellationToken cancellation) =>
        ChannelTester.RunAsync(this, channel, credential, target, cancellation);

    /// <inheritdoc/>
    public Task<ProbeOutcome> ProbeAsync(Channel channel, Credential credential, ProbeTarget target, bool audio, CancellationToken cancellation) =>
        ChannelProber.RunAsync(this, new ProbeOrder(channel, credential, target, audio), cancellation);

    internal Upstreams Upstreams { get; }

    internal TimeProvider Time => _time;

    /// <summary>The dialects in which callers may ask a model of the channel without being translated; Messages where there is none, since it says most.</summary>
    internal static IReadOnlyList<Dialect> AskedIn(Channel channel, string upstreamModel) =>
        [.. ChannelTypes.DialectsOf(channel, upstreamModel).Where(static dialect => dialect is Dialect.OpenAiChat or Dialect.OpenAiResponses or Dialect.AnthropicMessages or Dialect.Gemini)
            .DefaultIfEmpty(Dialect.AnthropicMessages)];

    /// <summary>Where callers ask a model for its turn in a dialect.</summary>
    internal static (RelayRoute Route, QueryString Query) TurnIn(Dialect dialect, string model, bool streams) => RouteOf(dialect switch
    {
        Dialect.OpenAiResponses => "/v1/responses",
        Dialect.AnthropicMessages => "/v1/messages",
        Dialect.Gemini => $"/v1beta/models/{Uri.EscapeDataString(model)}:{(streams ? "streamGenerateContent?alt=sse" : "generateContent")}",
        _ => "/v1/chat/completions",
    })!.Value;

    /// <summary>Makes a call, sends it and reads its answer to the end. Nobody is charged, and nothing is held against the credential.</summary>
    /// <exception cref="OperationCanceledException">The operator gave up.</exception>
    internal async Task<BenchReply> SendAsync(BenchOrder order, CancellationToken cancellation)
    {
        var since = _time.GetTimestamp();
        var (call, problem) = await BuildAsync(order, cancellation);
        if (call is null)
        {
            return BenchReply.Unsaid(problem!) with { Took = _time.GetElapsedTime(since) };
        }

        using (call)
        {
            call.Override();
            var mask = new MaskedExchange(order.Channel);
            var sent = call.Body;
            using var late = new CancellationTokenSource(Longest, _time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
            BenchReply reply;
            RawExchange exchange;
            try
            {
                using var response = await Upstreams.For(order.Channel).SendAsync(call.Request, both.Token);
                using var answer = new PooledBytes();
                await UpstreamQuestion.ReadAsync(response, call.Call.Unwrap, answer, MostBytes, both.Token);
                reply = BenchReply.Of(call.Call, response, answer.Memory, _time.GetUtcNow().UtcDateTime);
                exchange = mask.Over(call.Request, sent, response, Encoding.UTF8.GetString(answer.Span[..Math.Min(answer.Length, MostShown)]));
            }
            catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellation.IsCancellationRequested)
            {
                reply = BenchReply.Unanswered($"no answer in {Longest.TotalSeconds:0} seconds", AttemptFailure.Timeout);
                exchange = mask.Over(call.Request, sent, null, null);
            }
            catch (Exception failure) when (failure is HttpRequestException or IOException || Decoding.IsBroken(failure))
            {
                reply = BenchReply.Unanswered(mask.Over(UpstreamQuestion.Tell(failure)), failure is NoTokenException { IsRefused: true } ? AttemptFailure.Unauthorized : AttemptFailure.Unreachable);
                exchange = mask.Over(call.Request, sent, null, null);
            }

            return reply with { Took = _time.GetElapsedTime(since), Exchange = exchange, Losses = call.Call.Translation?.Losses.Losses ?? [], Failure = reply.Failure?.Without(order.Credential.Secret) };
        }
    }

    /// <summary>A call up to the point where its overrides would be applied; a text says why it cannot be made.</summary>
    internal async Task<(BenchCall? Call, string? Problem)> BuildAsync(BenchOrder order, CancellationToken cancellation)
    {
        var spoken = ChannelTypes.DialectsOf(order.Channel, order.Target.UpstreamModel);
        if (DialectOf(order.Channel, spoken, order.Route) is not { } dialect)
        {
            return (null, $"a channel of type {ChannelTypes.Of(order.Channel.Type).Name} that speaks {string.Join(", ", spoken.Select(DialectNames.Of))} serves no such path; what is not a model's turn is not translated");
        }

        var http = new DefaultHttpContext { RequestAborted = cancellation };
        http.Request.Method = order.Route.Method;
        http.Request.QueryString = order.Query;
        http.Request.ContentType = "application/json";
        http.Request.Body = new MemoryStream(order.Body);
        http.Request.ContentLength = order.Body.Length;
        foreach (var (name, value) in order.Headers)
        {
            http.Request.Headers[name] = value;
        }

        var now = _time.GetUtcNow();
        var read = await _stages.GetRequiredService<Intake>().ReadAsync(http, order.Route, RequestId.New(now), new Caller(Key, null), now.UtcDateTime);
        if (read.Failed(out var failure, out var envelope))
        {
            return (null, failure.Message);
        }

        var group = new Group { Id = default, Name = "bench", Mode = order.Mode };
        var attempt = new RouteAttempt(group, order.Channel, order.Credential, order.Target.Model, order.Target.UpstreamModel, Unpriced)
        {
            Dialect = dialect, LongContext = ModelName.Parse(envelope.RequestedModel).LongContext,
        };
        var built = dialect == order.Route.Dialect
            ? Prepare.Build(http, envelope, attempt, _stages.GetRequiredService<CarrierTable>().Of(order.Channel), _stages.GetRequiredService<IReasoningSeal>())
            : await _stages.GetRequiredService<Translate>().BuildAsync(envelope, attempt, cancellation);
        if (built.Failed(out failure, out var call))
        {
            envelope.Dispose();
            return (null, failure.Message);
        }

        return (new BenchCall(call, new OverrideForm(dialect, order.Route.Operation, envelope.Stream), http.Request.Headers, _time), null);
    }

    /// <summary>A path as a caller writes it, with its query; null = nothing is called there.</summary>
    internal static (RelayRoute Route, QueryString Query)? RouteOf(string path)
    {
        var query = path.IndexOf('?', StringComparison.Ordinal);
        var resolved = RelayPaths.Resolve("POST", query < 0 ? path : path[..query]);
        return resolved is { Kind: PathKind.Call, Route: { } route } ? (route, query < 0 ? QueryString.Empty : new QueryString(path[query..])) : null;
    }

    public void Dispose() => _stages.Dispose();

    /// <summary>The dialect that a path reaches the model in; null = none.</summary>
    private static Dialect? DialectOf(Channel channel, ImmutableArray<Dialect> spoken, RelayRoute route) =>
        spoken.Contains(route.Dialect) ? route.Dialect
        : route.Operation is not (Operation.Generate or Operation.Compact) ? null
        : ChannelTypes.Of(channel.Type).Preferred.Where(dialect => spoken.Contains(dialect)).Select(static dialect => (Dialect?)dialect).FirstOrDefault();
}

/// <param name="Headers">The caller's.</param>
/// <param name="Mode">Of the group that it would come through.</param>
internal sealed record BenchOrder(Channel Channel, Credential Credential, ProbeTarget Target, RelayRoute Route, QueryString Query, byte[] Body, IReadOnlyDictionary<string, string> Headers, GroupMode Mode);

/// <summary>A call that was made and not sent.</summary>
internal sealed class BenchCall(UpstreamCall call, OverrideForm form, IHeaderDictionary headers, TimeProvider time) : IDisposable
{
    public UpstreamCall Call { get; } = call;

    public HttpRequestMessage Request => Call.Request;

    /// <summary>As it is sent; null = it has no body, or one of no kind that can be shown.</summary>
    public string? Body => Request.Content is IKnownBody known ? Encoding.UTF8.GetString(known.Whole.Span) : null;

    public void Override() => CallOverrides.Apply(Request, Call.Attempt, form, headers, time);

    public void Dispose()
    {
        Request.Dispose();
        Call.Envelope.Dispose();
    }
}
