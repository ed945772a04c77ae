using System.Text.Json;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Probes;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Probes;

/// <summary>
/// Tries a model of a channel with a small call, a stream and a call of a tool, made as a caller's would be: of the same dialect where the channel speaks one that callers speak, else translated from
/// Messages.
/// </summary>
public static class ChannelTester
{
    private static readonly Dictionary<string, string> NoHeaders = [];

    /// <param name="bench">Makes the calls.</param>
    /// <param name="channel">Whose calls they are.</param>
    /// <param name="credential">The one that asks.</param>
    /// <param name="target">The model.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<IReadOnlyList<TestStep>> RunAsync(ChannelBench bench, Channel channel, Credential credential, ProbeTarget target, CancellationToken cancellation)
    {
        var steps = new List<TestStep>();
        var dialect = ChannelBench.AskedIn(channel, target.UpstreamModel)[0];
        string? works = null;
        foreach (var bound in ProbeForms.Bounds(dialect))
        {
            works = bound;
            var step = await TryAsync("call", ProbeForms.Plain(dialect, target.Model.Id, bound), Needs.None);
            if (step.Ok || step.Exchange?.Status is not (400 or 422) || bound == ProbeForms.Bounds(dialect)[^1])
            {
                steps.Add(step);
                break;
            }
        }

        if (steps[0].Ok)
        {
            steps.Add(await TryAsync("stream", ProbeForms.Of(dialect, Needs.Streaming, target.Model.Id, works)[0], Needs.Streaming));
            if ((target.Able & Needs.Tools) == Needs.None)
            {
                // Routing sends it none either.
                return steps;
            }

            steps.Add(await TryAsync("tools", ProbeForms.Of(dialect, Needs.Tools, target.Model.Id, works)[0], Needs.Tools));
        }

        return steps;

        async Task<TestStep> TryAsync(string name, ProbeForm form, Needs need)
        {
            var (route, query) = ChannelBench.TurnIn(dialect, target.Model.Id, need == Needs.Streaming);
            var reply = await bench.SendAsync(new BenchOrder(channel, credential, target, route, query, JsonSerializer.SerializeToUtf8Bytes(form.Body), NoHeaders, GroupMode.Gateway), cancellation);
            var (ok, message) = Judge(reply, need);
            return new TestStep(name, ok, new MaskedExchange(channel).Over(message), reply.Took, reply.Exchange);
        }
    }

    private static (bool Ok, string Message) Judge(BenchReply reply, Needs need)
    {
        if (reply.Failure is { } failure)
        {
            var words = failure.Detail ?? failure.Message;
            return (false, reply.Status is null or 200 ? words : $"answered {reply.Status}: {UpstreamQuestion.Short(words)}");
        }

        var tokens = reply.Usage.IsZero ? "" : $", {reply.Usage.Input} tokens in and {reply.Usage.Output} out";
        return need switch
        {
            Needs.Streaming when !reply.Events => (false, "answered as a whole where a stream was asked for"),
            Needs.Streaming => (true, "answered as a stream" + tokens),
            Needs.Tools when reply.CallsTool => (true, "called the tool" + tokens),
            // Whether a model calls it is for `channels probe` to judge: the channel did its part.
            Needs.Tools => (true, "took the tool and did not call it, as a model may" + tokens),
            _ => (true, "answered" + tokens),
        };
    }
}
