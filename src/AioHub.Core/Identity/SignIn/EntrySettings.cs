using System.Collections.Immutable;
using System.Text.Json;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Identity.SignIn;

/// <summary>Who may sign up by themselves.</summary>
public enum SignUpMode
{
    /// <summary>Whoever has an invitation.</summary>
    Invite,
    /// <summary>Anybody.</summary>
    Open,
    /// <summary>Nobody: operators make users.</summary>
    Closed,
}

/// <summary>What owners set about the hub's door.</summary>
/// <param name="SignUp">Null = as the file or environment says.</param>
/// <param name="PublicAddress">Where people reach the hub, such as <c>https://hub.example.com</c>: links in e-mail begin with it. Null = nobody said.</param>
/// <param name="StartBalance">What a user who signs up finds in their wallet.</param>
public sealed record EntrySettings(SignUpMode? SignUp, Uri? PublicAddress, NanoUsd StartBalance)
{
    public static EntrySettings Default { get; } = new(null, null, NanoUsd.Zero);
}

/// <summary>What is not named stays; null = as usual.</summary>
public sealed record EntryDraft(Named<SignUpMode?> SignUp, Named<string?> PublicAddress, Named<NanoUsd?> StartBalance);

/// <summary>Commands on <see cref="EntrySettings"/>.</summary>
public sealed class EntryAdmin(HubDatabase database)
{
    private static readonly NanoUsd MostStart = NanoUsd.FromUsd(10_000);

    public async Task<EntrySettings> ReadAsync(CancellationToken cancellation = default)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: false, cancellation);
        return Read((await SettingsStore.LoadAsync(reader, cancellation)).GetValueOrDefault(SettingsStore.Entry));
    }

    /// <exception cref="AdminException">A member cannot be.</exception>
    public Task<ChangeReport> SetAsync(EntryDraft draft, HubTransaction? within = null, CancellationToken cancellation = default) =>
        HubCommand.RunAsync(database, ChangeAreas.Configuration, within, dryRun: false, async transaction =>
        {
            var context = transaction.Context;
            var present = Read(await SettingsStore.FindAsync(context, SettingsStore.Entry, cancellation));
            var problems = new ProblemList();
            var address = present.PublicAddress;
            if (draft.PublicAddress.IsNamed)
            {
                address = AddressIn(draft.PublicAddress.Value, problems);
            }

            problems.Require(draft.StartBalance.Value is null || (draft.StartBalance.Value >= NanoUsd.Zero && draft.StartBalance.Value <= MostStart), "start_balance_usd", "must be from 0 to 10000");
            problems.ThrowIfAny();
            var lines = new ChangeLines();
            var next = new EntrySettings(
                lines.Set("sign_up", present.SignUp, draft.SignUp.Or(present.SignUp)),
                address,
                draft.StartBalance.IsNamed ? draft.StartBalance.Value ?? NanoUsd.Zero : present.StartBalance);
            lines.Set("public_address", present.PublicAddress?.ToString(), next.PublicAddress?.ToString());
            lines.Set("start_balance_usd", present.StartBalance.ToUsd(), next.StartBalance.ToUsd());
            if (lines.Any)
            {
                await SettingsStore.SetAsync(context, SettingsStore.Entry, Write(next), cancellation);
                await context.SaveChangesAsync(cancellation);
            }

            return (lines.Report("settings entry", 0, created: false), lines.Any);
        }, cancellation);

    private static Uri? AddressIn(string? text, ProblemList problems)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        if (Uri.TryCreate(text.Trim(), UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.UserInfo.Length == 0 && address.PathAndQuery == "/" && address.Fragment.Length == 0
            && text.Length <= 300)
        {
            return address;
        }

        problems.Add("public_address", "must be an address without path, such as https://hub.example.com");
        return null;
    }

    private static EntrySettings Read(string? json)
    {
        if (json is null)
        {
            return EntrySettings.Default;
        }

        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        return new EntrySettings(
            root.TryGetProperty("sign_up", out var mode) ? Enum.Parse<SignUpMode>(mode.GetString()!) : null,
            root.TryGetProperty("public_address", out var address) ? new Uri(address.GetString()!) : null,
            new NanoUsd(root.TryGetProperty("start_balance_nano_usd", out var nano) ? nano.GetInt64() : 0));
    }

    private static string Write(EntrySettings settings) => JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        if (settings.SignUp is { } mode)
        {
            writer.WriteString("sign_up", mode.ToString());
        }

        if (settings.PublicAddress is { } address)
        {
            writer.WriteString("public_address", address.ToString());
        }

        writer.WriteNumber("start_balance_nano_usd", settings.StartBalance.Value);
        writer.WriteEndObject();
    });
}
