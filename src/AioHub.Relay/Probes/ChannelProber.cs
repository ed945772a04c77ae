using System.Collections.Immutable;
using System.Text.Json;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Probes;
using AioHub.Relay.Failures;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Probes;

/// <summary>What is to be asked of a channel.</summary>
/// <param name="Credential">The one that asks.</param>
/// <param name="Audio">Sound too: it is asked for only when told, since it is dear.</param>
public sealed record ProbeOrder(Channel Channel, Credential Credential, ProbeTarget Target, bool Audio = false);

/// <summary>Finds out by tiny calls what a channel can do: they are the channel's own, translated where callers do not speak its dialect.</summary>
public static class ChannelProber
{
    private static readonly Needs[] Asked = [Needs.Streaming, Needs.Tools, Needs.Images, Needs.Documents, Needs.JsonSchema, Needs.Reasoning];
    private static readonly Dictionary<string, string> NoHeaders = [];

    /// <summary>Asks for everything, one call after the other. Stops asking where the upstream wants to be left alone.</summary>
    /// <param name="bench">Makes the calls.</param>
    /// <param name="order">Whom to ask for what.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<ProbeOutcome> RunAsync(ChannelBench bench, ProbeOrder order, CancellationToken cancellation)
    {
        var run = new Run(bench, order);
        var asked = order.Audio ? [.. Asked, Needs.Audio] : Asked;
        if (await FindPlainAsync(run, cancellation) is not { } plain)
        {
            return new ProbeOutcome(null, run.Stopped!, [.. asked.Order().Select(need => new ProbeFinding(need, ProbeVerdict.Unknown, $"the plain call failed: {run.Stopped}"))], run.Calls, run.Cost);
        }

        var findings = ImmutableArray.CreateBuilder<ProbeFinding>();
        foreach (var need in asked)
        {
            findings.Add(run.Stopped is { } why ? new ProbeFinding(need, ProbeVerdict.Unknown, $"not asked any more: {why}") : await JudgeAsync(run, plain.Dialect, plain.Bound, need, cancellation));
        }

        return new ProbeOutcome(plain.Dialect, "answered", [.. findings.OrderBy(static finding => finding.Capability)], run.Calls, run.Cost);
    }

    /// <summary>The first dialect and spelling in which the upstream answers a plain question.</summary>
    private static async Task<(Dialect Dialect, string? Bound)?> FindPlainAsync(Run run, CancellationToken cancellation)
    {
        foreach (var dialect in ChannelBench.AskedIn(run.Order.Channel, run.Order.Target.UpstreamModel))
        {
            foreach (var bound in ProbeForms.Bounds(dialect))
            {
                var reply = await AskAsync(run, dialect, Needs.None, ProbeForms.Plain(dialect, run.Model, bound), cancellation);
                if (reply.Failure is not { } failure)
                {
                    run.Stopped = null;
                    return (dialect, bound);
                }

                run.Stopped = failure.Message;
                if (!reply.IsOfTheRequest && failure.Attempt != AttemptFailure.ModelUnknown)
                {
                    return null;
                }

                if (!reply.IsOfTheRequest)
                {
                    break;
                }
            }
        }

        return null;
    }

    private static async Task<ProbeFinding> JudgeAsync(Run run, Dialect dialect, string? bound, Needs need, CancellationToken cancellation)
    {
        var forms = ProbeForms.Of(dialect, need, run.Model, bound);
        if (forms.Count == 0)
        {
            return new ProbeFinding(need, ProbeVerdict.Unknown, $"{DialectNames.Of(dialect)} has no way to ask for it");
        }

        var refusals = new List<string>();
        var open = "";
        foreach (var form in forms)
        {
            var reply = await AskAsync(run, dialect, need, form, cancellation);
            if (reply.Failure is not { } failure)
            {
                if (reply.Shows(need, out var why))
                {
                    return new ProbeFinding(need, ProbeVerdict.Can, why);
                }

                open = why;
            }
            else if (reply.IsAbout(need))
            {
                refusals.Add($"refused: {reply.Status} {failure.Message}");
            }
            else
            {
                open = reply.Exchange is null ? $"not asked: {failure.Message}" : $"{reply.Status?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "no answer"}: {failure.Message}";
                if (!reply.IsOfTheRequest)
                {
                    // A limit, a fault or a silence: what comes now would meet the same.
                    run.Stopped = reply.Status is null or 401 or 402 or 403 or 429 || reply.Status >= 500 ? open : run.Stopped;
                    break;
                }
            }
        }

        return refusals.Count == forms.Count ? new ProbeFinding(need, ProbeVerdict.Cannot, refusals[0]) : new ProbeFinding(need, ProbeVerdict.Unknown, open);
    }

    private static async Task<BenchReply> AskAsync(Run run, Dialect dialect, Needs need, ProbeForm form, CancellationToken cancellation)
    {
        var (route, query) = ChannelBench.TurnIn(dialect, run.Model, need == Needs.Streaming);
        var headers = form.Beta is null ? NoHeaders : new Dictionary<string, string> { ["anthropic-beta"] = form.Beta };
        return run.Noted(await run.Bench.SendAsync(
            new BenchOrder(run.Order.Channel, run.Order.Credential, run.Order.Target, route, query, JsonSerializer.SerializeToUtf8Bytes(form.Body), headers, GroupMode.Gateway), cancellation));
    }

    /// <summary>One run over one (channel, model).</summary>
    private sealed class Run(ChannelBench bench, ProbeOrder order)
    {
        public ChannelBench Bench { get; } = bench;

        public ProbeOrder Order { get; } = order;

        public string Model { get; } = order.Target.Model.Id;

        public int Calls { get; private set; }

        public NanoUsd? Cost { get; private set; }

        /// <summary>Why nothing more is to be asked; null = go on.</summary>
        public string? Stopped { get; set; }

        /// <summary>It is counted, and its cost added up.</summary>
        public BenchReply Noted(BenchReply reply)
        {
            Calls += reply.Exchange is null ? 0 : 1;
            var now = Bench.Time.GetUtcNow().UtcDateTime;
            if (!reply.Usage.IsZero && Order.Target.Model.PriceAt(now) is { } price)
            {
                var cost = Pricing.CostOf(Pricing.Price(price, 1m, reply.Usage, new PriceContext { Moment = now }), Order.Channel.CostFactor);
                Cost = Cost is { } sum ? sum + cost : cost;
            }

            return reply;
        }
    }
}
