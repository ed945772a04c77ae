using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Health;
using AioHub.Wire.Vocabulary;
using BenchmarkDotNet.Attributes;

namespace AioHub.Bench.Micro;

/// <summary>What one decision costs, from the question to the first attempt's report, by how much is configured: all channels in one group, five models each of 500.</summary>
public class Routes
{
    private Router _router = null!;
    private RouteQuestion _named = null!;
    private int _session;

    [Params(10, 1_000, 10_000)]
    public int Channels { get; set; }

    [GlobalSetup]
    public void Set()
    {
        var models = Enumerable.Range(0, 500).Select(static i => new ModelInfo
        {
            Id = $"model-{i:000}",
            Vendor = "bench",
            DisplayName = "M",
            ContextWindow = 200_000,
            Prices = [new PriceRow { Version = "1", From = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc), Rates = new Rates { Input = 1, Output = 2 } }],
        });
        var channels = Enumerable.Range(0, Channels).Select(static i => new Channel
        {
            Id = new ChannelId(i + 1),
            Name = $"c{i}",
            Type = ChannelType.OpenAi,
            // Half of them have the model that is asked for.
            Models = [.. Enumerable.Range(i * 5, 5).Select(static model => $"model-{model % 500:000}"), .. i % 2 == 0 ? new[] { "model-007" } : []],
            Credentials = [new Credential(new CredentialId(i + 1), "a", "s")],
        }).ToList();
        var group = new Group { Id = new GroupId(1), Name = "one", Members = [.. channels.Select(static channel => new GroupMember(channel.Id, 0, 10))] };
        var routing = new RoutingDirectory();
        var catalog = new CatalogDirectory();
        routing.Publish(new RoutingTable([group], channels, new AutoPolicy([], [])));
        catalog.Publish(new ModelCatalog([.. models]));
        _router = new Router(routing, catalog, new LocalHealth(TimeProvider.System), TimeProvider.System);
        var key = new ApiKey { Id = new ApiKeyId(1), Name = "k", Owner = new UserId(1), OwnerRole = Role.User, Groups = ["one"] };
        _named = new RouteQuestion(key, Dialect.OpenAiChat, Operation.Generate, new ModelName("model-007", false), Needs.None, null);
        Decide(_named with { Session = "known" });
    }

    /// <summary>A call of no conversation to a named group.</summary>
    [Benchmark]
    public bool Named() => Decide(_named);

    /// <summary>The same, and what its receipt keeps of it.</summary>
    [Benchmark]
    public long Told()
    {
        var route = _router.Start(_named);
        if (!route.TryNext(out var attempt))
            return 0;
        var trace = route.Trace();
        route.Report(attempt, AttemptFailure.None, null);
        return trace.FigureId;
    }

    /// <summary>The same through <c>auto</c>.</summary>
    [Benchmark]
    public bool Auto() => Decide(_named with { Key = _named.Key with { Groups = ["auto"] } });

    /// <summary>The next call of a conversation.</summary>
    [Benchmark]
    public bool Conversation() => Decide(_named with { Session = "known" });

    /// <summary>The first call of a conversation; it is bound to where it was answered.</summary>
    [Benchmark]
    public bool NewConversation() => Decide(_named with { Session = (_session++ % 1_000_000).ToString(System.Globalization.CultureInfo.InvariantCulture) });

    /// <summary>Two attempts fail by the caller's own network, the third answers.</summary>
    [Benchmark]
    public bool Failover()
    {
        var route = _router.Start(_named);
        for (var i = 0; i < 2; i++)
        {
            if (route.TryNext(out var failed))
                route.PassOver(failed, whole: false, RouteCodes.RateLimited, "bench", TimeSpan.FromTicks(1));
        }

        return route.TryNext(out _);
    }

    /// <summary>The whole story in words; not on a call's way.</summary>
    [Benchmark]
    public int Explain() => _router.Explain(_named).Groups.Length;

    private bool Decide(RouteQuestion question)
    {
        var route = _router.Start(question);
        if (!route.TryNext(out var attempt))
            return false;
        route.Report(attempt, AttemptFailure.None, null);
        return true;
    }
}
