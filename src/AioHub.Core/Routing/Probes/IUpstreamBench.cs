using System.Collections.Immutable;
using AioHub.Core.Primitives;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Routing.Probes;

/// <summary>
/// Asks upstreams for operators, outside of any caller's call: nothing is routed, held, charged or recorded. What is sent and where it may go is what calls of the channel send and where they may go.
/// </summary>
public interface IUpstreamBench
{
    /// <summary>The list of models, which costs nothing and proves address and key.</summary>
    Task<ListedModels> ListAsync(Channel channel, Credential credential, CancellationToken cancellation);

    /// <summary>A small call, a stream and a call of a tool; what comes after a failure is not tried.</summary>
    Task<IReadOnlyList<TestStep>> TryAsync(Channel channel, Credential credential, ProbeTarget target, CancellationToken cancellation);

    /// <summary>Finds out by tiny calls what the channel can do with a model.</summary>
    /// <param name="channel">Whom to ask.</param>
    /// <param name="credential">The one that asks.</param>
    /// <param name="target">The model.</param>
    /// <param name="audio">Sound too: it is asked for only when told, since it is dear.</param>
    /// <param name="cancellation">Ends the wait.</param>
    Task<ProbeOutcome> ProbeAsync(Channel channel, Credential credential, ProbeTarget target, bool audio, CancellationToken cancellation);
}

/// <summary>What an upstream lists for a credential.</summary>
/// <param name="Credential">Its name.</param>
/// <param name="Ok">It gave a list.</param>
/// <param name="Message">What came, or why nothing did.</param>
/// <param name="Models">Ids as the upstream spells them.</param>
/// <param name="Exchanges">What was sent and came back, secrets masked.</param>
public sealed record ListedModels(string Credential, bool Ok, string Message, IReadOnlyList<string> Models, IReadOnlyList<RawExchange> Exchanges)
{
    /// <summary>What is listed is what calls may name, and nothing else is; else it is a catalogue, in which nothing is missing and not all can be called.</summary>
    public bool IsCallable { get; init; } = true;

    /// <summary>False: there is nothing to ask for, so that nothing was found wrong.</summary>
    public bool IsAsked { get; init; } = true;

    /// <summary>What the upstream says of a model, by id; most say nothing.</summary>
    public IReadOnlyDictionary<string, string> Notes { get; init; } = new Dictionary<string, string>();

    /// <summary>It gave none.</summary>
    public static ListedModels None(Credential credential, string why, RawExchange? exchange = null) => new(credential.Name, Ok: false, why, [], exchange is null ? [] : [exchange]);
}

/// <summary>One thing that was tried.</summary>
/// <param name="Name"><c>call</c>, <c>stream</c> or <c>tools</c>.</param>
/// <param name="Message">What came, or what is wrong.</param>
/// <param name="Took">From sending to the end of the answer.</param>
/// <param name="Exchange">What was sent and came back, secrets masked; null = nothing was sent.</param>
public sealed record TestStep(string Name, bool Ok, string Message, TimeSpan Took, RawExchange? Exchange);

/// <summary>What came of it.</summary>
/// <param name="Dialect">In which the plain call was answered; null = in none.</param>
/// <param name="Plain">How the plain call went.</param>
/// <param name="Findings">One for each capability, in the order of the flags.</param>
/// <param name="Calls">Requests that were sent.</param>
/// <param name="Cost">What the operator pays for them by the channel's cost, for as much as was reported; null = no usage was, or the model has no price.</param>
public sealed record ProbeOutcome(Dialect? Dialect, string Plain, ImmutableArray<ProbeFinding> Findings, int Calls, NanoUsd? Cost)
{
    /// <summary>The plain call was answered: what was found means something.</summary>
    public bool Answered => Dialect is not null;
}
