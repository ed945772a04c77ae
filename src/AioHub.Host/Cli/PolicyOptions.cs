using System.CommandLine;
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

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _lacks, _selection, _affinity, _ttl, _break })
        {
            command.Add(option);
        }
    }

    /// <summary>Null when the command names none of them.</summary>
    /// <exception cref="UsageException">A name or a time that is none.</exception>
    public GroupPolicyDraft? Read(ParseResult parsed)
    {
        var draft = new GroupPolicyDraft
        {
            Lacks = parsed.GetValue(_lacks) is { Length: > 0 } lacks ? Lacks(lacks) : null,
            Selection = parsed.GetValue(_selection) is not { } text ? null
                : SelectionPolicyNames.TryParse(text, out var policy) ? policy
                : throw new UsageException($"'{text}' is no way to choose; there are {string.Join(", ", SelectionPolicyNames.All)}."),
            Affinity = parsed.GetValue(_affinity),
            AffinityTtl = parsed.GetValue(_ttl) is not { } time ? null
                : Durations.TryParse(time, out var span) ? span
                : throw new UsageException($"'{time}' is no time; write it as 30s, 15m or 2h."),
            AffinityBreakAt = parsed.GetValue(_break),
        };
        return draft == new GroupPolicyDraft() ? null : draft;
    }

    public static void Shape(JsonObject json, GroupPolicy policy)
    {
        json["lacks"] = Shapes.Texts(CapabilityNames.ListOf(policy.Lacks));
        json["selection"] = SelectionPolicyNames.Of(policy.Selection);
        json["affinity"] = new JsonObject { ["mode"] = policy.Affinity ? "soft" : "off", ["ttl_seconds"] = policy.AffinityTtl.TotalSeconds, ["break_at_slower"] = policy.AffinityBreakAt };
    }

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
