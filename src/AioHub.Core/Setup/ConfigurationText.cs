using System.Collections.Immutable;
using AioHub.Core.Primitives;

namespace AioHub.Core.Setup;

/// <summary>A key that a file created without saying its secret.</summary>
/// <param name="Secret">Shown once.</param>
public sealed record NewKey(string Name, string User, string Secret);

/// <summary>What a file changed, or would change in a dry run.</summary>
/// <param name="Changes">Only things that changed.</param>
/// <param name="Keys">Keys with random secrets; empty in a dry run.</param>
public sealed record ConfigurationReport(ImmutableArray<ChangeReport> Changes, ImmutableArray<NewKey> Keys);

/// <summary>A configuration file as somebody sends it, who may see no variable of this machine.</summary>
/// <param name="Name">What problems call it: <c>text:12</c> is its line 12.</param>
/// <param name="Text">YAML or JSON.</param>
/// <param name="Variables">What <c>${NAME}</c> stands for. A credential's <c>secret</c> whose variable is not here stays as it is.</param>
/// <param name="Actor">Who sends it, for ledger entries.</param>
public sealed record SentConfiguration(string Name, string Text, IReadOnlyDictionary<string, string> Variables, string Actor);

/// <summary>The whole configuration as a text: the door behind which the grammar of configuration files is.</summary>
public interface IConfigurationText
{
    /// <summary>All of it as YAML, in a stable order, without any secret: each stands as <c>${NAME}</c>.</summary>
    Task<string> ExportAsync(CancellationToken cancellation);

    /// <summary>Applies a text, all of it or nothing.</summary>
    /// <param name="sent">The text.</param>
    /// <param name="dryRun">Undo everything in the end; the changes of the report are the same.</param>
    /// <param name="agree">Looks at the report before it stands; what it throws undoes everything.</param>
    /// <param name="cancellation">Undoes everything.</param>
    /// <exception cref="AdminException">Something is wrong with the text; each problem names its line. Nothing was changed.</exception>
    Task<ConfigurationReport> ApplyAsync(SentConfiguration sent, bool dryRun, Action<ConfigurationReport>? agree, CancellationToken cancellation);
}
