using System.Collections.Immutable;
using System.CommandLine;
using AioHub.Core.Catalog;
using AioHub.Core.Routing;
using AioHub.Wire.Vocabulary;

namespace AioHub.Host.Cli;

/// <summary>What a channel can do, as an option of a command: each names one capability, of the whole channel or of some models, and leaves the others as they are.</summary>
internal sealed class CapabilityOptions
{
    private const string Unsaid = "none";

    private readonly Option<string[]> _said = new("--capability", "--capabilities")
    {
        Description = $"What the channel can do or not, of all its models or of some (gpt-3.5*:images=false); none = nothing is said. May be repeated. Known are {string.Join(", ", CapabilityNames.All)}",
        HelpName = "[MODELS:]NAME=true|false|none",
        AllowMultipleArgumentsPerToken = true,
    };

    public void AddTo(Command command) => command.Add(_said);

    /// <exception cref="UsageException">A text that says nothing of the kind.</exception>
    public ChannelDraft Read(ParseResult parsed, ChannelDraft draft, Channel present)
    {
        if (parsed.GetValue(_said) is not { Length: > 0 } all)
        {
            return draft;
        }

        var whole = present.Capabilities.ToDictionary();
        var byModel = present.CapabilitiesByModel;
        foreach (var text in all)
        {
            var (models, need, can) = Parse(text);
            if (models is null)
            {
                whole.Remove(need);
                if (can is { } flag)
                {
                    whole[need] = flag;
                }

                continue;
            }

            var place = byModel.FindIndex(said => string.Equals(said.Models, models, StringComparison.Ordinal));
            var next = (place < 0 ? new ModelCapabilities(models, Needs.None, Needs.None) : byModel[place]).With(need, can);
            byModel = place < 0 ? byModel.Add(next) : byModel.SetItem(place, next);
        }

        return draft with { Capabilities = whole, CapabilitiesByModel = byModel.RemoveAll(static said => (said.Can | said.Cannot) == Needs.None) };
    }

    private static (string? Models, Needs Need, bool? Can) Parse(string text)
    {
        var equals = text.LastIndexOf('=');
        var name = equals < 0 ? text : text[..equals];
        var colon = name.LastIndexOf(':');
        // Names of models may have colons of their own (qwen3:8b): the last one ends the pattern.
        var (models, capability) = colon < 0 ? (null, name) : (name[..colon], name[(colon + 1)..]);
        if (!CapabilityNames.TryParse(capability, out var need))
        {
            throw new UsageException($"There is no capability '{capability}'; known are {string.Join(", ", CapabilityNames.All)}.");
        }

        return (models, need, (equals < 0 ? "" : text[(equals + 1)..]) switch
        {
            "true" => true,
            "false" => false,
            Unsaid => null,
            _ => throw new UsageException($"'{text}' is not [MODELS:]NAME=true|false|none."),
        });
    }
}

/// <summary>Lookups that immutable arrays lack.</summary>
file static class Places
{
    public static int FindIndex<T>(this ImmutableArray<T> list, Predicate<T> match)
    {
        for (var i = 0; i < list.Length; i++)
        {
            if (match(list[i]))
            {
                return i;
            }
        }

        return -1;
    }
}
