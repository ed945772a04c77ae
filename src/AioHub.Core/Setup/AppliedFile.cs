using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AioHub.Core.Storage;

namespace AioHub.Core.Setup;

/// <summary>
/// A configuration file as it stood when a start applied it, with the versions that configuration and identity then had. The same file over the same versions
/// changes nothing, so a later start need not apply it: with ten thousand keys that is a matter of many seconds.
/// </summary>
public sealed class AppliedFile
{
    private readonly string _fingerprint;

    private AppliedFile(string fingerprint) => _fingerprint = fingerprint;

    /// <summary>Keyed by the master key, since files hold secrets and short ones could be guessed; another build may read a file in another way.</summary>
    /// <param name="master">The key that the database belongs to.</param>
    /// <param name="text">The file.</param>
    /// <param name="variables">The environment variables that it names, by name; null = not set.</param>
    public static AppliedFile Of(MasterKey master, string text, IEnumerable<KeyValuePair<string, string?>> variables)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, master.Derive("applied file"));
        hash.AppendData(typeof(AppliedFile).Module.ModuleVersionId.ToByteArray());
        Append(text);
        foreach (var (name, value) in variables.OrderBy(static variable => variable.Key, StringComparer.Ordinal))
        {
            Append(name);
            Append(value ?? "");
        }

        return new AppliedFile(Convert.ToHexStringLower(hash.GetHashAndReset()));

        void Append(string part)
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            hash.AppendData(BitConverter.GetBytes(bytes.Length));
            hash.AppendData(bytes);
        }
    }

    /// <summary>Whether it was the last file that a start applied, and nothing was changed since.</summary>
    public async Task<bool> StandsAsync(HubDatabase database, CancellationToken cancellation)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: true, cancellation);
        if (!(await SettingsStore.LoadAsync(reader, cancellation)).TryGetValue(SettingsStore.AppliedFile, out var noted))
        {
            return false;
        }

        var versions = (await reader.ReadAsync(
            """SELECT "Area", "Version" FROM changes""", static row => KeyValuePair.Create(row.GetString(0), row.GetInt64(1)), cancellation)).ToDictionary();
        return noted == Noted(versions.GetValueOrDefault(ChangeAreas.Configuration), versions.GetValueOrDefault(ChangeAreas.Identity));
    }

    /// <summary>Notes it in the transaction that applies it; the caller commits.</summary>
    public async Task NoteAsync(HubTransaction transaction, CancellationToken cancellation)
    {
        await SettingsStore.SetAsync(
            transaction.Context, SettingsStore.AppliedFile, Noted(transaction.VersionOf(ChangeAreas.Configuration), transaction.VersionOf(ChangeAreas.Identity)), cancellation);
        await transaction.Context.SaveChangesAsync(cancellation);
    }

    private string Noted(long configuration, long identity) => string.Create(CultureInfo.InvariantCulture, $"{_fingerprint} {configuration} {identity}");
}
