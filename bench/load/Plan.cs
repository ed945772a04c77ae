using System.Text.Json;
using System.Text.Json.Serialization;

namespace AioHub.Bench.Load;

/// <summary>What <c>run.sh</c> hands over: who takes part, how long each load lasts, where the results go.</summary>
internal sealed record Plan
{
    public required string Mode { get; init; }
    public required string ResultsFile { get; init; }

    /// <summary>Every process started is noted here, so that the shell's trap can end what this program could not.</summary>
    public required string PidFile { get; init; }
    public required string Key { get; init; }
    public required IReadOnlyList<Entrant> Contestants { get; init; }
    public required Doses Doses { get; init; }

    /// <summary>Seconds after which no further measurement is begun.</summary>
    public required double DeadlineSeconds { get; init; }
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Names of the <see cref="Case"/>s that are measured; empty = all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    public bool Wants(string name) => Only.Count == 0 || Only.Contains(name);

    public static Plan Read(string path) =>
        JsonSerializer.Deserialize(File.ReadAllBytes(path), PlanJson.Default.Plan) ?? throw new InvalidDataException("the plan is empty");
}

/// <summary>One contestant: how it is started, where it listens, which cases it takes part in.</summary>
internal sealed record Entrant
{
    public required string Name { get; init; }
    public required IReadOnlyList<string> Command { get; init; }
    public required int Port { get; init; }

    /// <summary>Path that answers 200 once it is ready.</summary>
    public required string Ready { get; init; }
    public double ReadySeconds { get; init; } = 30;
    public required string Log { get; init; }

    /// <summary>The stub itself: started first, never restarted.</summary>
    public bool Upstream { get; init; }

    /// <summary>Names of <see cref="Case"/>s.</summary>
    public required IReadOnlyList<string> Cases { get; init; }
}

/// <summary>How much of everything, in seconds unless said otherwise.</summary>
internal sealed record Doses
{
    public required int Rounds { get; init; }
    public required double Warm { get; init; }
    public required double Small { get; init; }
    public required double Rate { get; init; }
    public required double Large { get; init; }

    /// <summary>Calls that each of the 100 streaming connections makes, one after the other.</summary>
    public required int StreamCalls { get; init; }
    public required int FreshRounds { get; init; }
    public required int HeldRounds { get; init; }
    public required int HeldStreams { get; init; }

    /// <summary>Chunks of a held stream, one a second.</summary>
    public required int HeldChunks { get; init; }
    public required double HeldRamp { get; init; }
    public required double IdleWait { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, ReadCommentHandling = JsonCommentHandling.Skip,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(Plan))]
[JsonSerializable(typeof(ResultFile))]
internal sealed partial class PlanJson : JsonSerializerContext;
