using System.Globalization;
using AioHub.Core.Catalog;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Health;

namespace AioHub.Core.Tests.Routing;

/// <summary>Who chooses.</summary>
internal enum Chooser
{
    Weighted,
    LeastLatency,
    RoundRobinPolicy,
    /// <summary>Each pair in turn, whatever happened before.</summary>
    RoundRobin,
    /// <summary>Any pair by weight, whatever happened before.</summary>
    Random,
}

/// <summary>One contestant's figures.</summary>
/// <param name="Success">Share of calls that were answered.</param>
/// <param name="Wasted">Failed attempts in a thousand calls.</param>
/// <param name="P50">Milliseconds until the first token, failed attempts included.</param>
/// <param name="Spread">How unevenly channels were used for their weight: standard deviation over mean.</param>
/// <param name="Hits">Share of answers to later turns whose prompt was in the upstream's cache.</param>
internal sealed record Figures(Chooser Chooser, double Success, double Wasted, double P50, double P95, double Spread, double Hits)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"| {Name} | {Success:0.00 %} | {Wasted:0.0} | {P50:0} | {P95:0} | {Spread:0.00} | {Hits:0.0 %} |");

    private string Name => Chooser switch
    {
        Chooser.Weighted => "hub, `weighted`",
        Chooser.LeastLatency => "hub, `least-latency`",
        Chooser.RoundRobinPolicy => "hub, `round-robin`",
        Chooser.RoundRobin => "plain round-robin",
        _ => "plain random",
    };
}

/// <summary>
/// Conversations over twenty channels with outages, limits, slow starts and one that gets slow for good, in virtual time: the hub's router with its health and
/// affinity beside choosers that know nothing. All have the same upstreams, the same calls and the same three attempts. Two calls in
/// three belong to a conversation.
/// </summary>
internal sealed class RoutingSimulation
{
    private const int Channels = 20;
    private const int MostAttempts = 3;
    private static readonly DateTime Start = new(2026, 6, 1, 8, 0, 0, DateTimeKind.Utc);

    private readonly Chooser _chooser;
    private readonly VirtualTime _time = new(Start);
    private readonly Random _random = new(20260601);
    private readonly Router _router;
    private readonly RouteQuestion _question;
    private readonly List<Channel> _channels = [];
    private readonly Dictionary<CredentialId, SimulatedUpstream> _upstreams = [];
    private readonly List<(Channel Channel, Credential Credential, int Weight)> _pairs = [];
    private readonly List<double> _firstTokens = [];
    private readonly TimeSpan _length;
    private int _turn;
    private int _calls;
    private int _answered;
    private int _later;
    private int _wasted;

    private RoutingSimulation(Chooser chooser, int calls)
    {
        _chooser = chooser;
        _length = TimeSpan.FromSeconds(calls * 0.29);
        BuildChannels();
        var group = new Group
        {
            Id = new GroupId(1),
            Name = "one",
            Members = [.. _channels.Select(static (channel, i) => new GroupMember(channel.Id, 0, WeightOf(i)))],
            Policy = new GroupPolicy
            {
                Selection = chooser switch
                {
                    Chooser.LeastLatency => SelectionPolicy.LeastLatency,
                    Chooser.RoundRobinPolicy => SelectionPolicy.RoundRobin,
                    _ => SelectionPolicy.Weighted,
                },
            },
        };
        var routing = new RoutingDirectory();
        var catalog = new CatalogDirectory();
        routing.Publish(new RoutingTable([group], _channels, new AutoPolicy([], [])));
        catalog.Publish(new ModelCatalog([new ModelInfo { Id = "m", Vendor = "test", DisplayName = "M", ContextWindow = 200_000, Prices = [RoutingWorld.Price("m")] }]));
        _router = new Router(routing, catalog, new LocalHealth(_time), _time, new Random(7)) { Settings = RouteSettings.Default with { MaxAttempts = MostAttempts } };
        _question = RoutingWorld.Question("m", "one");
        Conversations(calls);
    }

    public static Figures Run(Chooser chooser, int calls)
    {
        var simulation = new RoutingSimulation(chooser, calls);
        simulation._time.Run();
        return simulation.Figures();
    }

    private static int WeightOf(int channel) => 5 + (channel % 4 * 5);

    private void BuildChannels()
    {
        var next = 1L;
        for (var i = 0; i < Channels; i++)
        {
            var credentials = new List<Credential>();
            for (var k = 0; k <= i % 3; k++)
                credentials.Add(new Credential(new CredentialId(next++), $"c{i}-{k}", "s"));
            var channel = new Channel { Id = new ChannelId(i + 1), Name = $"c{i}", Type = ChannelType.OpenAi, Models = ["*"], Credentials = [.. credentials] };
            _channels.Add(channel);
            foreach (var credential in credentials)
            {
                // The last five have few requests a minute; all differ in speed.
                var upstream = new SimulatedUpstream(new Random((int)credential.Id.Value), 400 + (i * 37 % 500), i >= 15 ? 12 : 60);
                _upstreams[credential.Id] = upstream;
                _pairs.Add((channel, credential, WeightOf(i)));
                Trouble(i, upstream);
            }
        }
    }

    /// <summary>Nine fail at once for a while; three fail hard for a while each, two hang, one refuses its key from the middle on, one has fits of overload, one gets six times as slow.</summary>
    private void Trouble(int channel, SimulatedUpstream upstream)
    {
        if (channel % 2 == 0 && channel < 18)
            upstream.Outages.Add((At(0.8), At(0.87), AttemptFailure.UpstreamError));

        switch (channel)
        {
            case 1 or 6 or 11:
                upstream.Outages.Add((At(0.1 + (channel * 0.03)), At(0.25 + (channel * 0.03)), AttemptFailure.UpstreamError));
                break;
            case 3 or 8:
                upstream.Outages.Add((At(0.3 + (channel * 0.02)), At(0.4 + (channel * 0.02)), AttemptFailure.Timeout));
                break;
            case 5:
                upstream.Outages.Add((At(0.5), DateTime.MaxValue, AttemptFailure.Unauthorized));
                break;
            case 9:
                for (var fit = 0; fit < 12; fit++)
                    upstream.Outages.Add((At(0.05 + (fit * 0.08)), At(0.06 + (fit * 0.08)), AttemptFailure.Overloaded));
                break;
            case 13:
                upstream.Drift = (At(0.4), 6);
                break;
            default:
                break;
        }
    }

    private DateTime At(double share) => Start + (_length * share);

    private void Conversations(int calls)
    {
        for (var (made, conversation) = (0, 0); made < calls; conversation++)
        {
            var isTalk = conversation % 12 != 0;
            var turns = Math.Min(calls - made, isTalk ? 1 + _random.Next(40) : 200);
            made += turns;
            var moment = Start + (_length * _random.NextDouble() * 0.9);
            for (var turn = 0; turn < turns; turn++)
            {
                // Calls of no conversation have nothing in common.
                var (id, isLater) = isTalk ? (conversation, turn > 0) : (-(made + turn), false);
                _time.At(isTalk ? moment : Start + (_length * _random.NextDouble() * 0.9), () => Call(id, isLater));
                moment += TimeSpan.FromSeconds(10 + (_random.NextDouble() * 110));
            }
        }
    }

    private void Call(int conversation, bool isLater)
    {
        _calls++;
        _later += isLater ? 1 : 0;
        if (_chooser is Chooser.RoundRobin or Chooser.Random)
            TryPlain(conversation, _time.Now, []);
        else
            TryRoute(conversation, _time.Now, _router.Start(_question with { Session = conversation < 0 ? null : $"conversation-{conversation}" }));
    }

    private void TryRoute(int conversation, DateTime since, Route route)
    {
        if (!route.TryNext(out var attempt))
            return;

        var answer = _upstreams[attempt.Credential.Id].Ask(conversation, _time.Now);
        if (answer.Failure == AttemptFailure.None)
        {
            Answered(since, answer);
            _time.In(answer.After, () => attempt.NoteFirstToken(answer.After));
            _time.In(answer.Whole, () => route.Report(attempt, AttemptFailure.None, null));
            return;
        }

        _wasted++;
        _time.In(answer.After, () =>
        {
            route.Report(attempt, answer.Failure, answer.RetryAfter);
            TryRoute(conversation, since, route);
        });
    }

    private void TryPlain(int conversation, DateTime since, HashSet<CredentialId> tried)
    {
        if (tried.Count >= MostAttempts)
            return;

        var left = _pairs.Where(pair => !tried.Contains(pair.Credential.Id)).ToList();
        var pair = _chooser == Chooser.RoundRobin ? left[_turn++ % left.Count] : ByWeight(left);
        tried.Add(pair.Credential.Id);
        var answer = _upstreams[pair.Credential.Id].Ask(conversation, _time.Now);
        if (answer.Failure == AttemptFailure.None)
        {
            Answered(since, answer);
            return;
        }

        _wasted++;
        _time.In(answer.After, () => TryPlain(conversation, since, tried));
    }

    private (Channel Channel, Credential Credential, int Weight) ByWeight(List<(Channel Channel, Credential Credential, int Weight)> pairs)
    {
        var point = _random.Next(pairs.Sum(static pair => pair.Weight));
        return pairs.First(pair => (point -= pair.Weight) < 0);
    }

    private void Answered(DateTime since, Answer answer)
    {
        _answered++;
        _firstTokens.Add((_time.Now + answer.After - since).TotalMilliseconds);
    }

    private Figures Figures()
    {
        _firstTokens.Sort();
        var shares = _channels.Select((channel, i) => channel.Credentials.Sum(credential => _upstreams[credential.Id].Served) / (double)WeightOf(i)).ToList();
        var mean = shares.Average();
        return new Figures(
            _chooser, (double)_answered / _calls, 1_000.0 * _wasted / _calls, _firstTokens[_firstTokens.Count / 2], _firstTokens[_firstTokens.Count * 95 / 100],
            Math.Sqrt(shares.Average(share => (share - mean) * (share - mean))) / mean, _upstreams.Values.Sum(static upstream => upstream.Hits) / (double)Math.Max(1, _later));
    }
}
