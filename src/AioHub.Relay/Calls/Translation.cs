using System.Text;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Calls;

/// <summary>How one attempt's call went into its upstream's dialect, and what its answer needs on the way back.</summary>
/// <param name="Upstream">The dialect that is spoken upstream.</param>
internal sealed record Translation(IUpstreamDialect Upstream, Conversation Conversation, UpstreamTerms Terms, ReplyTerms Reply)
{
    private const int LongestHeader = 512;

    /// <summary>The caller wants to name the answer later, and the upstream keeps none.</summary>
    public bool Keeps { get; init; }

    /// <summary>Of request and, once it came, of the answer.</summary>
    public LossLog Losses => Terms.Losses;

    /// <summary>Stop sequences, which the hub heeds itself: upstreams know none, or fewer, or models that ignore them.</summary>
    public IReadOnlyList<JsonText> Stops => Conversation.Sampling.Stops;

    /// <summary>Tokens after which the hub itself ends the answer: the upstream is not told of them. Null = it is, or nobody set any.</summary>
    public long? OutputLimit => Upstream.Dialect == Dialect.Kiro && Conversation.Sampling.MaxOutputTokens is > 0 and var most ? most : null;

    /// <inheritdoc cref="HeaderOf"/>
    public string? LossHeader() => HeaderOf(Losses);

    /// <summary>The paths that lost something, for <c>x-aiohub-losses</c>; null = nothing was lost.</summary>
    public static string? HeaderOf(LossLog losses)
    {
        if (losses.Count == 0)
            return null;

        var header = new StringBuilder();
        var told = 0;
        foreach (var loss in losses.Losses)
        {
            if (header.Length + loss.Path.Length > LongestHeader)
                break;

            header.Append(told == 0 ? "" : ", ");
            foreach (var sign in loss.Path)
                header.Append(sign is > ' ' and <= '~' and not ',' ? sign : '_');
            told++;
        }

        return told == losses.Count ? header.ToString() : $"{header}, +{losses.Count - told}";
    }
}

/// <summary>How one attempt's question for embeddings went into its upstream's dialect.</summary>
/// <param name="Upstream">The dialect that is spoken upstream.</param>
/// <param name="Losses">Of the request.</param>
internal sealed record EmbeddingTranslation(IUpstreamDialect Upstream, EmbeddingQuestion Question, LossLog Losses);
