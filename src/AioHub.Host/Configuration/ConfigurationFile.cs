using System.Collections.Immutable;
using AioHub.Core.Primitives;
using AioHub.Host.Serving;

namespace AioHub.Host.Configuration;

/// <summary>A key that a file created without saying its secret.</summary>
/// <param name="Secret">Shown once.</param>
internal sealed record NewKey(string Name, string User, string Secret);

/// <summary>What a file changed, or would change in a dry run.</summary>
/// <param name="Changes">Only things that changed.</param>
/// <param name="Keys">Keys with random secrets; empty in a dry run.</param>
internal sealed record ConfigurationReport(ImmutableArray<ChangeReport> Changes, ImmutableArray<NewKey> Keys);

/// <summary>Configuration as code: the whole of a file, or nothing of it.</summary>
internal static class ConfigurationFile
{
    /// <summary>Applies a file in one transaction. Applying it a second time changes nothing.</summary>
    /// <param name="home">The hub's data. Its directories are not refreshed here.</param>
    /// <param name="path">A YAML (or JSON) file.</param>
    /// <param name="dryRun">Undo everything in the end; the report is the same.</param>
    /// <param name="cancellation">Undoes everything.</param>
    /// <exception cref="AdminException">Something is wrong with the file; each problem names its line. Nothing was changed.</exception>
    public static async Task<ConfigurationReport> ApplyAsync(HubHome home, string path, bool dryRun, CancellationToken cancellation)
    {
        string text;
        try
        {
            text = await File.ReadAllTextAsync(path, cancellation);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new AdminException(path, $"cannot be read: {failure.Message}");
        }

        return await ApplyTextAsync(home, path, text, Environment.GetEnvironmentVariable, dryRun, cancellation);
    }

    /// <param name="home">The hub's data.</param>
    /// <param name="name">What problems and ledger entries call the text.</param>
    /// <param name="text">YAML or JSON.</param>
    /// <param name="environment">Gives a variable's value or null.</param>
    /// <param name="dryRun">Undo everything in the end.</param>
    /// <param name="cancellation">Undoes everything.</param>
    /// <exception cref="AdminException">Something is wrong with the text; nothing was changed.</exception>
    public static async Task<ConfigurationReport> ApplyTextAsync(
        HubHome home, string name, string text, Func<string, string?> environment, bool dryRun, CancellationToken cancellation)
    {
        var problems = new FileProblems(name);
        var root = YamlReader.Read(text, environment, problems);
        var content = root is null ? null : ConfigurationReader.Read(root, problems);
        problems.ThrowIfAny();
        return await new ConfigurationChange(home, name, problems).ApplyAsync(content!, dryRun, cancellation);
    }

    /// <summary>The whole configuration as YAML, in a stable order, without any secret: each stands as <c>${NAME}</c>. Applying it changes nothing.</summary>
    public static async Task<string> ExportAsync(HubHome home, CancellationToken cancellation = default) =>
        YamlText.Of(await ConfigurationExport.ReadAsync(home, cancellation));
}
