using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace AioHub.Host.Configuration;

/// <summary>
/// Reads a YAML text into values with lines. Bounded in size, depth and in what aliases may unfold to; a member that stands twice is a problem.
/// <c>${NAME}</c> in a value becomes the environment variable's; <c>$${</c> stands for <c>${</c>.
/// </summary>
internal sealed partial class YamlReader
{
    public const int MaxCharacters = 8 * 1024 * 1024;
    private const int MaxDepth = 32;
    private const int MaxNodes = 500_000;

    private readonly IParser _parser;
    private readonly Func<string, string?> _environment;
    private readonly FileProblems _problems;
    private readonly Dictionary<string, (YamlValue Value, int Weight)> _anchors = new(StringComparer.Ordinal);
    private int _nodes;

    private readonly bool _sent;

    private YamlReader(IParser parser, Func<string, string?> environment, FileProblems problems, bool sent)
    {
        _sent = sent;
        _parser = parser;
        _environment = environment;
        _problems = problems;
    }

    /// <returns>The root, or null when the text is empty or no YAML, which is then a problem.</returns>
    public static YamlMap? Read(string text, Func<string, string?> environment, FileProblems problems) => Read(text, environment, problems, sent: false);

    /// <summary>The same of a text that somebody sent with its variables. A <c>secret</c> whose variable is missing counts as not named, so that an export can be edited and sent back.</summary>
    public static YamlMap? ReadSent(string text, IReadOnlyDictionary<string, string> variables, FileProblems problems) => Read(text, variables.GetValueOrDefault, problems, sent: true);

    private static YamlMap? Read(string text, Func<string, string?> environment, FileProblems problems, bool sent)
    {
        if (text.Length > MaxCharacters)
        {
            problems.Add(0, $"is longer than {MaxCharacters} characters");
            return null;
        }

        try
        {
            var parser = new Parser(new StringReader(text));
            parser.Consume<StreamStart>();
            if (!parser.TryConsume<DocumentStart>(out _))
            {
                problems.Add(0, "is empty; it must at least say 'version: 1'");
                return null;
            }

            var root = new YamlReader(parser, environment, problems, sent).Node(0);
            parser.Consume<DocumentEnd>();
            if (parser.TryConsume<DocumentStart>(out var second))
            {
                problems.Add((int)second.Start.Line, "a second document begins here; a file holds one");
            }

            switch (root)
            {
                case YamlMap map:
                    return map;
                case YamlScalar { IsNull: true }:
                    problems.Add(0, "is empty; it must at least say 'version: 1'");
                    return null;
                default:
                    problems.Add(root.Line, "must be a mapping with members such as 'groups:' and 'channels:'");
                    return null;
            }
        }
        catch (YamlException failure)
        {
            problems.Add((int)failure.Start.Line, $"is not YAML: {failure.Message}");
            return null;
        }
    }

    /// <summary>The environment variables that a text names, each once; also where it only mentions one in a comment.</summary>
    public static IEnumerable<string> Variables(string text) =>
        Reference().Matches(text).Select(static match => match.Groups["name"].Value).Where(static name => name.Length > 0).Distinct(StringComparer.Ordinal);

    private YamlValue Node(int depth)
    {
        var start = _nodes;
        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            // The parser's own exception tells of an anchor that is nowhere; one that is used inside itself is not finished and not found either.
            if (!_anchors.TryGetValue(alias.Value.Value, out var known))
            {
                throw new YamlException(alias.Start, alias.End, $"the alias *{alias.Value.Value} refers to nothing that stands before it");
            }

            Count(known.Weight, alias);
            return known.Value;
        }

        var head = _parser.Current as NodeEvent ?? throw new YamlException("a value is missing");
        Count(1, head);
        if (depth > MaxDepth)
        {
            throw new YamlException(head.Start, head.End, $"nested deeper than {MaxDepth} levels");
        }

        YamlValue value = head switch
        {
            Scalar => ScalarValue(_parser.Consume<Scalar>()),
            SequenceStart => ListValue(depth),
            MappingStart => MapValue(depth),
            _ => throw new YamlException(head.Start, head.End, "a value is missing"),
        };
        if (!head.Anchor.IsEmpty)
        {
            _anchors[head.Anchor.Value] = (value, _nodes - start);
        }

        return value;
    }

    private YamlScalar ScalarValue(Scalar scalar)
    {
        var line = (int)scalar.Start.Line;
        return new YamlScalar(line, Expand(scalar.Value, line), scalar.Style == ScalarStyle.Plain)
        {
            IsExpanded = scalar.Value.Contains("${", StringComparison.Ordinal) && Variables(scalar.Value).Any(),
        };
    }

    private YamlList ListValue(int depth)
    {
        var start = _parser.Consume<SequenceStart>();
        var items = new List<YamlValue>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(Node(depth + 1));
        }

        return new YamlList((int)start.Start.Line, items);
    }

    private YamlMap MapValue(int depth)
    {
        var start = _parser.Consume<MappingStart>();
        var members = new List<YamlMember>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (!_parser.TryConsume<Scalar>(out var key))
            {
                throw new YamlException(_parser.Current!.Start, _parser.Current.End, "a member's name must be plain text");
            }

            Count(1, key);
            var line = (int)key.Start.Line;
            if (_sent && key.Value == "secret" && _parser.Current is Scalar secret && IsMissing(secret.Value))
            {
                _parser.Consume<Scalar>();
                continue;
            }

            var value = Node(depth + 1);
            if (seen.Add(key.Value))
            {
                members.Add(new YamlMember(key.Value, line, value));
            }
            else
            {
                _problems.Add(line, $"'{key.Value}' stands here a second time");
            }
        }

        return new YamlMap((int)start.Start.Line, members);
    }

    private bool IsMissing(string text) =>
        Reference().Match(text) is { Success: true, Index: 0 } whole && whole.Length == text.Length && whole.Groups["name"].Value is { Length: > 0 } name && _environment(name) is not { Length: > 0 };

    private void Count(int nodes, ParsingEvent at)
    {
        _nodes += nodes;
        if (_nodes > MaxNodes)
        {
            throw new YamlException(at.Start, at.End, $"has more than {MaxNodes} values");
        }
    }

    private string Expand(string text, int line) => !text.Contains("${", StringComparison.Ordinal) ? text : Reference().Replace(text, match =>
    {
        if (match.Value.StartsWith("$$", StringComparison.Ordinal))
        {
            return "${";
        }

        var name = match.Groups["name"].Value;
        if (_environment(name) is { Length: > 0 } value)
        {
            return value;
        }

        _problems.Add(line, _sent ? $"the variable {name} has no value; send one with the text" : $"the environment variable {name} is not set");
        return "";
    });

    [GeneratedRegex(@"\$\$\{|\$\{(?<name>[A-Za-z_][A-Za-z0-9_]*)\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Reference();
}
