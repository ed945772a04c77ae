using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace AioHub.Relay.Tests.Running;

/// <summary>A hub with two upstreams that keep things, the first preferred, and two users.</summary>
internal sealed class PinnedHub : IAsyncDisposable
{
    public const string OtherSecret = "sk-secret-of-another-caller-0002";
    public const string Responses = "/v1/responses";
    public const string Caches = "/v1beta/cachedContents";

    /// <summary>2 USD in, 10 out, 4 per million tokens and hour stored.</summary>
    public static readonly PriceRow Price = new()
    {
        Version = "", From = new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc), StorageHour = 4, Rates = new Rates { Input = 2, Output = 10, CacheRead = 0.5m },
    };

    private PinnedHub(SmallHub hub, KeepingUpstream first, KeepingUpstream second) => (Hub, First, Second) = (hub, first, second);

    public SmallHub Hub { get; }

    public KeepingUpstream First { get; }

    public KeepingUpstream Second { get; }

    public static async Task<PinnedHub> StartAsync(PriceRow? price = null, decimal usd = 100)
    {
        var (first, second) = (await KeepingUpstream.StartAsync("a"), await KeepingUpstream.StartAsync("b"));
        var hub = await SmallHub.StartAsync([first.Server, second.Server], price: price ?? Price, usd: usd);
        await hub.Home.Identity.UpsertUserAsync(new UserDraft { Email = "other@example.com" });
        var other = await hub.Home.Identity.CreateKeyAsync(new KeyDraft { Name = "other", User = "other@example.com", Secret = OtherSecret, Groups = ["first"] });
        await hub.Home.Ledger.TopUpAsync(AccountRef.Wallet(other.Owner), NanoUsd.FromUsd(100), "test", "test", CancellationToken.None);
        await hub.RefreshAsync();
        return new PinnedHub(hub, first, second);
    }

    /// <summary>The first upstream is away for one call, so that the second one makes what the call asks for.</summary>
    public async Task<(int Status, JsonElement Body, HttpResponseMessage Head)> AtSecondAsync(string path, string body)
    {
        First.Server.Enqueue(Reply.Json(500, """{"error":{"message":"away"}}"""));
        return await SendAsync("POST", path, body);
    }

    public async Task<(int Status, JsonElement Body, HttpResponseMessage Head)> SendAsync(string method, string path, string? body = null, string secret = SmallHub.Secret)
    {
        using var request = new HttpRequestMessage(HttpMethod.Parse(method), path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + secret);
        var response = await Hub.Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement.Clone(), response);
    }

    /// <summary>What the wallet holds once everything that happened is in it.</summary>
    public async Task<decimal> BalanceAsync()
    {
        for (var i = 0; i < 100 && ((UsageJournal)Hub.Services.GetRequiredService<IUsageJournal>()).Queued > 0; i++)
        {
            await Task.Delay(20);
        }

        await Task.Delay(300);
        await Storage().SettleAsync(CancellationToken.None);
        await Hub.Holds.RefreshAsync(CancellationToken.None);
        return (await Hub.Home.Ledger.BalanceAsync(AccountRef.Wallet(Hub.Key.Owner), CancellationToken.None)).ToUsd();
    }

    public StorageRefunds Storage() => new(Hub.Home.Database, TimeProvider.System);

    public static string Code((int Status, JsonElement Body, HttpResponseMessage Head) answer) =>
        answer.Head.Headers.TryGetValues("x-aiohub-error", out var codes) ? codes.Single() : "";

    public async Task ShouldAddUpAsync()
    {
        var report = await LedgerAudit.VerifyAsync(Hub.Home.Database, null, TimeProvider.System, CancellationToken.None);
        report.Problems.ShouldBeEmpty();
        report.OpenHolds.ShouldBe(0);
    }

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        await First.Server.DisposeAsync();
        await Second.Server.DisposeAsync();
    }
}

/// <summary>An upstream that keeps responses and cached contents, as OpenAI and Google do, and knows only its own.</summary>
internal sealed class KeepingUpstream(string mark, FakeUpstream server)
{
    /// <summary>Tokens of every cached content.</summary>
    public const long Tokens = 500_000;

    private readonly ConcurrentDictionary<string, (DateTime Created, DateTime Expires)> _kept = new();
    private int _made;

    public FakeUpstream Server { get; } = server;

    /// <summary>Method and path of what came, after the first away.</summary>
    public string[] Calls => [.. Server.Requests.Select(static request => request.Method + " " + request.Target)];

    public static async Task<KeepingUpstream> StartAsync(string mark)
    {
        var upstream = new KeepingUpstream(mark, await FakeUpstream.StartAsync());
        upstream.Server.Script(upstream.Answer);
        return upstream;
    }

    public static string Stamp(DateTime moment) => moment.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);

    private Reply Answer(CapturedRequest request)
    {
        var path = request.Target.Split('?')[0];
        var name = path.StartsWith("/v1beta/", StringComparison.Ordinal) ? path["/v1beta/".Length..] : path["/v1/".Length..];
        return (request.Method, name) switch
        {
            ("POST", "responses") => Respond(request),
            ("POST", "chat/completions") => Reply.Json(200, SmallHub.ChatReply),
            ("POST", "messages") => Reply.Json(200, """{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"Hello"}],"stop_reason":"end_turn","usage":{"input_tokens":7,"output_tokens":5}}"""),
            ("POST", "cachedContents") => Make(request),
            ("POST", _) when name.EndsWith("generateContent", StringComparison.OrdinalIgnoreCase) => Generate(request),
            _ when name.StartsWith("responses/", StringComparison.Ordinal) => Reply.Json(_kept.ContainsKey(name.Split('/')[1]) ? 200 : 404, $$"""{"id":"{{name.Split('/')[1]}}","object":"response","at":"{{mark}}"}"""),
            ("GET", _) => Kept(name),
            ("DELETE", _) => _kept.TryRemove(name, out _) ? Reply.Json(200, "{}") : Missing(),
            ("PATCH", _) => Change(name, request),
            _ => Reply.Json(404, """{"error":{"message":"no such path"}}"""),
        };
    }

    private Reply Respond(CapturedRequest request)
    {
        var id = $"resp_{mark}{Interlocked.Increment(ref _made)}";
        var stored = !(request.Json().TryGetProperty("store", out var store) && store.ValueKind == JsonValueKind.False);
        if (stored)
        {
            _kept[id] = default;
        }

        var final = $$$"""{"id":"{{{id}}}","object":"response","status":"completed","model":"m","store":{{{(stored ? "true" : "false")}}},"output":[{"type":"message","id":"m1","role":"assistant","status":"completed","content":[{"type":"output_text","text":"Hello"}]}],"usage":{"input_tokens":7,"output_tokens":5,"total_tokens":12}}""";
        return request.Json().TryGetProperty("stream", out var stream) && stream.ValueKind == JsonValueKind.True
            ? Reply.Sse(
                $$$"""data: {"type":"response.created","sequence_number":0,"response":{"id":"{{{id}}}","status":"in_progress"}}""",
                """data: {"type":"response.output_text.delta","sequence_number":1,"delta":"Hello"}""",
                $$$"""data: {"type":"response.completed","sequence_number":2,"response":{{{final}}}}""")
            : Reply.Json(200, final);
    }

    private Reply Generate(CapturedRequest request) =>
        request.Json().TryGetProperty("cachedContent", out var named) && !_kept.ContainsKey(named.GetString()!)
            ? Missing()
            : Reply.Json(200, $$"""{"candidates":[{"content":{"role":"model","parts":[{"text":"from {{mark}}"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":2,"totalTokenCount":12},"modelVersion":"m"}""");

    private Reply Make(CapturedRequest request)
    {
        var now = DateTime.UtcNow;
        var name = $"cachedContents/{mark}{Interlocked.Increment(ref _made)}";
        _kept[name] = (now, End(request.Json(), now));
        return Kept(name);
    }

    private Reply Change(string name, CapturedRequest request)
    {
        if (!_kept.TryGetValue(name, out var times))
        {
            return Missing();
        }

        _kept[name] = (times.Created, End(request.Json(), DateTime.UtcNow));
        return Kept(name);
    }

    private Reply Kept(string name) => _kept.TryGetValue(name, out var times)
        ? Reply.Json(200, $$"""{"name":"{{name}}","model":"models/m","createTime":"{{Stamp(times.Created)}}","updateTime":"{{Stamp(times.Created)}}","expireTime":"{{Stamp(times.Expires)}}","usageMetadata":{"totalTokenCount":{{Tokens}}},"at":"{{mark}}"}""")
        : Missing();

    private static DateTime End(JsonElement body, DateTime now) =>
        body.TryGetProperty("ttl", out var ttl) ? now.AddSeconds(double.Parse(ttl.GetString()!.TrimEnd('s'), CultureInfo.InvariantCulture))
        : body.TryGetProperty("expireTime", out var end) ? end.GetDateTime().ToUniversalTime()
        : now.AddHours(1);

    private static Reply Missing() => Reply.Json(403, """{"error":{"code":403,"message":"CachedContent not found (or permission denied)","status":"PERMISSION_DENIED"}}""");
}
