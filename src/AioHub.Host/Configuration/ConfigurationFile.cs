using AioHub.Core.Primitives;
using AioHub.Core.Setup;
using AioHub.Core.Storage;
using AioHub.Host.Home;

namespace AioHub.Host.Configuration;

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
        var text = await ReadAsync(path, cancellation);
        return await ApplyTextAsync(home, path, text, Environment.GetEnvironmentVariable, dryRun, cancellation);
    }

    /// <summary>Applies a file at a start, unless it is the one that the last start applied and nothing was changed since.</summary>
    /// <param name="home">The hub's data. Its directories are not refreshed here.</param>
    /// <param name="path">A YAML (or JSON) file.</param>
    /// <param name="environment">Gives a variable's value or null.</param>
    /// <param name="cancellation">Undoes everything.</param>
    /// <returns>Null: there was nothing to do.</returns>
    /// <exception cref="AdminException">As with <see cref="ApplyAsync"/>.</exception>
    public static async Task<ConfigurationReport?> ApplyAtStartAsync(HubHome home, string path, Func<string, string?> environment, CancellationToken cancellation)
    {
        var text = await ReadAsync(path, cancellation);
        var file = AppliedFile.Of(home.Master, text, YamlReader.Variables(text).Select(name => KeyValuePair.Create(name, environment(name))));
        return await file.StandsAsync(home.Database, cancellation) ? null : await ApplyTextAsync(home, path, text, environment, dryRun: false, cancellation, file);
    }

    /// <summary>Applies a text.</summary>
    /// <param name="home">The hub's data.</param>
    /// <param name="name">What problems and ledger entries call the text.</param>
    /// <param name="text">YAML or JSON.</param>
    /// <param name="environment">Gives a variable's value or null.</param>
    /// <param name="dryRun">Undo everything in the end.</param>
    /// <param name="cancellation">Undoes everything.</param>
    /// <param name="file">Noted with the change; null = nothing is.</param>
    /// <exception cref="AdminException">Something is wrong with the text; nothing was changed.</exception>
    public static async Task<ConfigurationReport> ApplyTextAsync(
        HubHome home, string name, string text, Func<string, string?> environment, bool dryRun, CancellationToken cancellation, AppliedFile? file = null)
    {
        var problems = new FileProblems(name);
        var root = YamlReader.Read(text, environment, problems);
        var content = root is null ? null : ConfigurationReader.Read(root, problems);
        problems.ThrowIfAny();
        using var acting = Acting.As(Actor.File);
        return await new ConfigurationChange(home, ConfigurationChange.ActorOf(name), problems).ApplyAsync(content!, dryRun, file, agree: null, cancellation);
    }

    /// <summary>Applies what somebody sent. No variable of this machine is read for it: whoever may change the configuration must not see the master key by naming it.</summary>
    public static async Task<ConfigurationReport> ApplySentAsync(HubHome home, SentConfiguration sent, bool dryRun, Action<ConfigurationReport>? agree, CancellationToken cancellation)
    {
        var problems = new FileProblems(sent.Name);
        var root = YamlReader.ReadSent(sent.Text, sent.Variables, problems);
        var content = root is null ? null : ConfigurationReader.Read(root, problems);
        problems.ThrowIfAny();
        return await new ConfigurationChange(home, sent.Actor, problems).ApplyAsync(content!, dryRun, note: null, agree, cancellation);
    }

    /// <summary>The whole configuration as YAML, in a stable order, without any secret: each stands as <c>${NAME}</c>. Applying it changes nothing.</summary>
    public static async Task<string> ExportAsync(HubHome home, CancellationToken cancellation = default) =>
        YamlText.Of(await ConfigurationExport.ReadAsync(home, cancellation));

    private static async Task<string> ReadAsync(string path, CancellationToken cancellation)
    {
        try
        {
            return await File.ReadAllTextAsync(path, cancellation);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new AdminException(path, $"cannot be read: {failure.Message}");
        }
    }
}
