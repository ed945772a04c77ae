using System.CommandLine;
using System.Text.Json.Nodes;
using AioHub.Core.Catalog;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Probes;
using AioHub.Host.Home;
using AioHub.Wire.Vocabulary;

namespace AioHub.Host.Cli;

/// <summary><c>channels probe</c>: finds out by tiny calls what a channel can do with a model, and lets routing go by it.</summary>
internal static class ChannelProbeVerb
{
    private static readonly string[] Headings = ["model", "capability", "found", "so far", "now", "why"];

    public static Command Build(VerbFrame frame)
    {
        var name = new Argument<string>("NAME");
        var models = new Option<string[]>("--model", "--models") { HelpName = "NAME", Description = "Public names of models; without it the cheapest chat model that the channel names", AllowMultipleArgumentsPerToken = true };
        var credential = new Option<string?>("--credential") { HelpName = "NAME", Description = "The credential that asks; without it the first that is enabled" };
        var audio = new Option<bool>("--audio") { Description = "Ask for sound too" };
        var apply = new Option<bool>("--apply") { Description = "Let routing go by what is clear; what you say of the channel yourself stands above it" };
        var list = new Option<bool>("--list") { Description = "Show what was found before, and ask nothing" };
        var forget = new Option<bool>("--forget") { Description = "Forget what was found before, and ask nothing" };
        var command = new Command("probe", "Find out by a few tiny calls what a channel can do: they cost what they use, seldom more than a cent") { name, models, credential, audio, apply, list, forget };
        command.Validators.Add(parsed =>
        {
            if (parsed.GetValue(list) && parsed.GetValue(forget))
            {
                parsed.AddError("Choose one of --list and --forget.");
            }
        });
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var wanted = parsed.GetRequiredValue(name);
            var channel = home.Routing.Current.Channels.FirstOrDefault(channel => channel.Name == wanted)
                ?? throw new AdminException("name", $"there is no channel '{wanted}'; `channels list` shows all");
            var asked = parsed.GetValue(models) ?? [];
            if (parsed.GetValue(list))
            {
                return Listing(channel, (await home.Probes.ListAsync(wanted, cancellation)).Where(record => asked.Length == 0 || asked.Contains(record.Model, StringComparer.OrdinalIgnoreCase)));
            }

            if (parsed.GetValue(forget))
            {
                return Shapes.Changed(await ForgetAsync(home, channel, asked, cancellation));
            }

            return await ProbeAsync(home, channel, new ProbeQuestion([.. asked], parsed.GetValue(credential), parsed.GetValue(audio), parsed.GetValue(apply)), cancellation);
        });
        return command;
    }

    private static async Task<Answer> ProbeAsync(HubHome home, Channel channel, ProbeQuestion question, CancellationToken cancellation)
    {
        using var bench = home.OpenBench();
        var probed = await home.Trials.ProbeAsync(bench, channel, question, cancellation);
        await home.Watch.RefreshAsync(cancellation);
        var runs = probed.Select(run => (run.Target, run.Outcome, run.Report, After: home.Trials.AbleNow(channel.Id, run.Target))).ToList();
        var (credential, apply) = (probed[0].Credential, question.Apply);
        var cost = runs.Aggregate(default(NanoUsd?), static (sum, run) => run.Outcome.Cost is { } more ? (sum ?? NanoUsd.Zero) + more : sum);
        var ok = runs.TrueForAll(static run => run.Outcome.Answered);
        return new Answer(
            new JsonObject
            {
                ["channel"] = channel.Name,
                ["credential"] = credential.Name,
                ["ok"] = ok,
                ["applied"] = apply,
                ["cost_nano_usd"] = cost?.Value,
                ["models"] = Shapes.List(runs, static run => new JsonObject
                {
                    ["model"] = run.Target.Model.Id,
                    ["upstream_model"] = run.Target.UpstreamModel,
                    ["dialect"] = run.Outcome.Dialect is { } dialect ? DialectNames.Of(dialect) : null,
                    ["plain"] = run.Outcome.Plain,
                    ["calls"] = run.Outcome.Calls,
                    ["cost_nano_usd"] = run.Outcome.Cost?.Value,
                    ["changes"] = Shapes.Texts(run.Report.Changes),
                    ["findings"] = Shapes.List(run.Outcome.Findings, finding => new JsonObject
                    {
                        ["capability"] = CapabilityNames.Of(finding.Capability),
                        ["verdict"] = Shapes.Name(finding.Verdict),
                        ["reason"] = finding.Reason,
                        ["before"] = Can(run.Target.Able, finding.Capability),
                        ["after"] = Can(run.After, finding.Capability),
                    }),
                }),
            },
            output =>
            {
                foreach (var (target, outcome, _, _) in runs)
                {
                    output.WriteLine($"{channel.Name}/{credential.Name}, {target.Model.Id}: {(outcome.Answered ? $"answers in {DialectNames.Of(outcome.Dialect!.Value)}" : $"does not answer a plain call: {outcome.Plain}")}");
                }

                Table.Write(output, Headings, runs.SelectMany(static run => run.Outcome.Findings.Select(finding => new[]
                {
                    run.Target.Model.Id, CapabilityNames.Of(finding.Capability), Shapes.Name(finding.Verdict), Word(Can(run.Target.Able, finding.Capability)),
                    Word(Can(run.After, finding.Capability)), finding.Reason,
                })));
                output.WriteLine($"{runs.Sum(static run => run.Outcome.Calls)} calls, {(cost is { } sum ? $"{Shapes.Usd(sum)} USD to you by what was reported" : "no usage with a price was reported")}");
                if (!apply && runs.Exists(static run => run.Outcome.Findings.Any(finding => finding.Verdict != ProbeVerdict.Unknown && (finding.Verdict == ProbeVerdict.Can) != Can(run.Target.Able, finding.Capability))))
                {
                    output.WriteLine("Routing believes otherwise: --apply lets it go by what was found.");
                }
            },
            ok ? 0 : VerbFrame.Failed);
    }

    private static Answer Listing(Channel channel, IEnumerable<ProbeRecord> found)
    {
        var records = found.ToArray();
        return new Answer(
            new JsonObject
            {
                ["channel"] = channel.Name,
                ["probes"] = Shapes.List(records, static record => new JsonObject
                {
                    ["model"] = record.Model,
                    ["upstream_model"] = record.UpstreamModel,
                    ["capability"] = CapabilityNames.Of(record.Finding.Capability),
                    ["verdict"] = Shapes.Name(record.Finding.Verdict),
                    ["at"] = Shapes.Moment(record.At),
                    ["credential"] = record.Credential,
                    ["reason"] = record.Finding.Reason,
                    ["applied"] = record.Applied,
                    ["applied_at"] = Shapes.Moment(record.AppliedAt),
                }),
            },
            output => Table.Write(output, ["model", "capability", "found", "at", "credential", "counts", "why"], records.Select(static record => new[]
            {
                record.Model, CapabilityNames.Of(record.Finding.Capability), Shapes.Name(record.Finding.Verdict), Shapes.Moment(record.At), record.Credential,
                record.Applied is { } can ? $"{Word(can)} since {Shapes.Moment(record.AppliedAt)}" : null, record.Finding.Reason,
            })));
    }

    private static async Task<ChangeReport> ForgetAsync(HubHome home, Channel channel, string[] models, CancellationToken cancellation)
    {
        if (models.Length == 0)
        {
            return await home.Probes.ForgetAsync(channel.Name, model: null, cancellation);
        }

        ChangeReport? all = null;
        foreach (var model in models)
        {
            var one = await home.Probes.ForgetAsync(channel.Name, home.Catalog.Current.Find(model)?.Id ?? model, cancellation);
            all = all is null ? one : all with { Changes = all.Changes.AddRange(one.Changes) };
        }

        return all!;
    }

    private static bool Can(Needs able, Needs one) => (able & one) != Needs.None;

    private static string Word(bool can) => can ? "can" : "cannot";
}
