using System.Collections.Frozen;
using System.Collections.Immutable;
using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Health;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Tests.Routing;

/// <summary>A small configuration that a test spells out, and a router over it.</summary>
internal sealed class RoutingWorld
{
    public static readonly DateTime Start = new(2026, 6, 1, 12, 0, 0, DateTimeKind.Utc);

    private readonly RoutingDirectory _routing = new();
    private readonly CatalogDirectory _catalog = new();
    private readonly List<Channel> _channels = [];
    private readonly List<Group> _groups = [];
    private readonly List<ModelInfo> _models = [];
    private long _nextCredential = 1;
    private bool _dirty = true;

    public RoutingWorld(int seed = 7)
    {
        Time = new ManualTime(Start);
        Health = new LocalHealth(Time);
        Router = new Router(_routing, _catalog, Health, Time, new Random(seed));
    }

    public ManualTime Time { get; }

    public LocalHealth Health { get; }

    public Router Router { get; }

    public AutoPolicy Auto { get; set; } = new([], []);

    public RoutingWorld Model(string id, Func<ModelInfo, ModelInfo>? change = null)
    {
        var model = new ModelInfo
        {
            Id = id,
            Vendor = "test",
            DisplayName = id.ToUpperInvariant(),
            ContextWindow = 200_000,
            Prices = [Price(id)],
        };
        _models.Add(change?.Invoke(model) ?? model);
        return Touch();
    }

    public static PriceRow Price(string version) => new() { Version = version, From = Start.AddYears(-1), Rates = new Rates { Input = 1, Output = 2 } };

    public Channel Channel(string name, ChannelType type, string[] models, int credentials = 1, Func<Channel, Channel>? change = null)
    {
        var channel = new Channel
        {
            Id = new ChannelId(_channels.Count + 1),
            Name = name,
            Type = type,
            Models = [.. models],
            Credentials = [.. Enumerable.Range(0, credentials).Select(i => new Credential(new CredentialId(_nextCredential++), $"{name}-{i}", "s"))],
        };
        channel = change?.Invoke(channel) ?? channel;
        _channels.Add(channel);
        Touch();
        return channel;
    }

    /// <summary>An OpenAI channel for everything.</summary>
    public Channel OpenAi(string name, int credentials = 1, Func<Channel, Channel>? change = null) => Channel(name, ChannelType.OpenAi, ["*"], credentials, change);

    public RoutingWorld Group(string name, params Channel[] channels) => Group(name, null, channels);

    public RoutingWorld Group(string name, Func<Group, Group>? change, params Channel[] channels)
    {
        var group = new Group { Id = new GroupId(_groups.Count + 1), Name = name, Members = [.. channels.Select(static channel => new GroupMember(channel.Id, 0, 10))] };
        _groups.Add(change?.Invoke(group) ?? group);
        return Touch();
    }

    public RoutingWorld Touch()
    {
        _dirty = true;
        return this;
    }

    public Router Published()
    {
        if (_dirty)
        {
            _routing.Publish(new RoutingTable(_groups, _channels, Auto));
            _catalog.Publish(new ModelCatalog(_models));
            _dirty = false;
        }

        return Router;
    }

    /// <summary>Another router over the same configuration, with a source of randomness that threads may share.</summary>
    public Router Shared() => new(_routing, _catalog, Health, Time);

    /// <summary>Puts a group in the place of the one with its id.</summary>
    public RoutingWorld Replace(Group group)
    {
        _groups[_groups.FindIndex(one => one.Id == group.Id)] = group;
        return Touch();
    }

    public Group Find(string name) => _groups.Single(group => group.Name == name);

    public Route Ask(string model, params string[] groups) => Ask(Question(model, groups));

    public Route Ask(RouteQuestion question) => Published().Start(question);

    public static ApiKey Key(params string[] groups) => new()
    {
        Id = new ApiKeyId(1),
        Name = "k",
        Owner = new UserId(1),
        OwnerRole = Role.User,
        Groups = [.. groups],
    };

    public static RouteQuestion Question(string model, params string[] groups) =>
        new(Key(groups), Dialect.OpenAiChat, Operation.Generate, ModelName.Parse(model), Needs.None, null);

    /// <summary>All attempts of a route, every one of which fails, as <c>group/channel/credential</c>.</summary>
    public static List<string> Drain(Route route, AttemptFailure failure = AttemptFailure.None)
    {
        var list = new List<string>();
        while (route.TryNext(out var attempt))
        {
            list.Add(attempt.ToString());
            if (failure != AttemptFailure.None)
                route.Report(attempt, failure, null);
            list.Count.ShouldBeLessThan(100);
        }

        return list;
    }

    public static string First(Route route)
    {
        route.TryNext(out var attempt).ShouldBeTrue(route.FinalRefusal().ToString());
        return attempt!.ToString();
    }
}

internal sealed class ManualTime(DateTime start) : TimeProvider
{
    private DateTime _now = start;

    public override DateTimeOffset GetUtcNow() => new(_now, TimeSpan.Zero);

    public void Advance(TimeSpan by) => _now += by;
}

internal static class RouteAssertions
{
    /// <summary>The route refuses with this code and status, and its message says all of this.</summary>
    public static RouteRefusal ShouldRefuse(this Route route, int status, string code, params string[] says)
    {
        var refusal = route.Refusal.ShouldNotBeNull();
        refusal.Code.ShouldBe(code, refusal.Message);
        refusal.Status.ShouldBe(status);
        foreach (var part in says)
            refusal.Message.ShouldContain(part);
        route.TryNext(out _).ShouldBeFalse();
        return refusal;
    }

    public static FrozenDictionary<TKey, TValue> Frozen<TKey, TValue>(TKey key, TValue value)
        where TKey : notnull => new Dictionary<TKey, TValue> { [key] = value }.ToFrozenDictionary();
}
