using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using AioHub.Core.Catalog;
using AioHub.Core.Routing;
using AioHub.Host.Configuration;
using AioHub.Wire.Vocabulary;

namespace AioHub.Host.Cli;

/// <summary>A group's rules for its calls, as options of a command.</summary>
internal sealed class PolicyOptions
{
    private readonly Option<string[]> _lacks = new("--lacks")
    {
        Description = $"What calls of the group cannot have, whatever its channels can; replaces all; none = nothing. Known are {string.Join(", ", CapabilityNames.All)}",
        HelpName = "CAPABILITY",
        AllowMultipleArgumentsPerToken = true,
    };
    private readonly Option<string?> _selection = new("--selection") { Description = $"How it chooses among channels of one priority: {string.Join(", ", SelectionPolicyNames.All)}", HelpName = "POLICY" };
    private readonly Option<bool?> _affinity = new("--affinity") { Description = "Whether calls of one conversation go where the last one was answered" };
    private readonly Option<string?> _ttl = new("--affinity-ttl") { Description = "How long after its last answer a conversation is remembered", HelpName = "TIME" };
    private readonly Option<double?> _break = new("--affinity-break-at") { Description = "A conversation leaves a credential that is so many times as slow as its siblings; 0 = never", HelpName = "TIMES" };

    private readonly Option<string?> _attempts = new("--failover-attempts") { Description = "Attempts of one call in the group, 1 to 32; default = the hub's own bound alone", HelpName = "N" };
    private readonly Option<string?> _same = new("--failover-same-credential") { Description = "How often the same credential is asked again after a 502, 503 or 504, 0 to 3; default = as the hub is set", HelpName = "N" };
    private readonly Option<string?> _deadline = new("--failover-deadline") { Description = "How long the attempts in the group may take together; default = the hub's own bound alone", HelpName = "TIME" };
    private readonly Option<string?> _hold = new("--hold-handshake") { Description = "Whether a stream's opening is kept back until its content: true, false or default", HelpName = "FLAG" };
    private readonly Option<string?> _translation = new("--translation") { Description = $"Whether calls may go to channels of another dialect: {string.Join(", ", TranslationPolicyNames.All)}", HelpName = "POLICY" };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _lacks, _selection, _affinity, _ttl, _break, _attempts, _same, _deadline, _hold, _translation })
        {
            command.Add(option);
        }
    }

    /// <summary>Null when the command names none of them.</summary>
    /// <exception cref="UsageException">A name or a time that is none.</exception>
    public GroupPolicyDraft? Read(ParseResult parsed, GroupPolicy present)
    {
        var failover = present.Failover with
        {
            MaxAttempts = Setting(parsed, _attempts, present.Failover.MaxAttempts, Number),
            SameCredential = Setting(parsed, _same, present.Failover.SameCredential, Number),
            Deadline = Setting(parsed, _deadline, present.Failover.Deadline, Time),
            HoldHandshake = Setting(parsed, _hold, present.Failover.HoldHandshake, Flag),
        };
        var draft = new GroupPolicyDraft
        {
            Lacks = parsed.GetValue(_lacks) is { Length: > 0 } lacks ? Lacks(lacks) : null,
            Selection = parsed.GetValue(_selection) is not { } text ? null
                : SelectionPolicyNames.TryParse(text, out var policy) ? policy
                : throw new UsageException($"'{text}' is no way to choose; there are {string.Join(", ", SelectionPolicyNames.All)}."),
            Affinity = parsed.GetValue(_affinity),
            AffinityTtl = parsed.GetValue(_ttl) is { } time ? Time(time) : null,
            AffinityBreakAt = parsed.GetValue(_break),
            Failover = failover == present.Failover ? null : failover,
            Translation = parsed.GetValue(_translation) is not { } word ? null
                : TranslationPolicyNames.TryParse(word, out var translation) ? translation
                : throw new UsageException($"'{word}' is no policy; there are {string.Join(", ", TranslationPolicyNames.All)}."),
        };
        return draft == new GroupPolicyDraft() ? null : draft;
    }

    public static void Shape(JsonObject json, GroupPolicy policy)
    {
        json["lacks"] = Shapes.Texts(CapabilityNames.ListOf(policy.Lacks));
        json["selection"] = SelectionPolicyNames.Of(policy.Selection);
        json["affinity"] = new JsonObject { ["mode"] = policy.Affinity ? "soft" : "off", ["ttl_seconds"] = policy.AffinityTtl.TotalSeconds, ["break_at_slower"] = policy.AffinityBreakAt };
        json["failover"] = new JsonObject
        {
            ["max_attempts"] = policy.Failover.MaxAttempts, ["same_credential"] = policy.Failover.SameCredential, ["deadline_seconds"] = policy.Failover.Deadline?.TotalSeconds,
            ["hold_handshake"] = policy.Failover.HoldHandshake,
        };
        json["translation"] = TranslationPolicyNames.Of(policy.Translation);
    }

    /// <summary>What an option says; absent = as it is, <c>default</c> = as the hub is set.</summary>
    private static T? Setting<T>(ParseResult parsed, Option<string?> option, T? present, Func<string, T> read)
        where T : struct => parsed.GetValue(option) switch
        {
            null => present,
            "default" => null,
            var text => read(text),
        };

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new UsageException($"'{text}' is no whole number, and not default.");

    private static TimeSpan Time(string text) => Durations.TryParse(text, out var span) ? span : throw new UsageException($"'{text}' is no time; write it as 30s, 15m or 2h.");

    private static bool Flag(string text) => bool.TryParse(text, out var flag) ? flag : throw new UsageException($"'{text}' is not true, false or default.");

    private static Needs Lacks(string[] names)
    {
        var lacks = Needs.None;
        foreach (var name in names.SelectMany(static text => text.Split(',')))
        {
            lacks |= CapabilityNames.TryParse(name, out var one) ? one
                : string.Equals(name, "none", StringComparison.OrdinalIgnoreCase) ? Needs.None
                : throw new UsageException($"There is no capability '{name}'; known are {string.Join(", ", CapabilityNames.All)}.");
        }

        return lacks;
    }
}
