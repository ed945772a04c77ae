namespace AioHub.Core.Routing.Probes;

/// <summary>One header as it may be shown.</summary>
public sealed record ShownHeader(string Name, string Value);

/// <summary>What went out and what came back, without secrets.</summary>
/// <param name="Method">Of the request.</param>
/// <param name="Address">Of the request.</param>
/// <param name="Headers">Of the request.</param>
/// <param name="Body">Of the request; null = none.</param>
/// <param name="Status">Null = nothing came.</param>
/// <param name="ReplyHeaders">Of the reply.</param>
/// <param name="Reply">Its beginning.</param>
public sealed record RawExchange(string Method, string Address, IReadOnlyList<ShownHeader> Headers, string? Body, int? Status, IReadOnlyList<ShownHeader> ReplyHeaders, string? Reply);
