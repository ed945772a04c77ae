using System.Net.Mail;
using System.Text.Json;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Alerts;

/// <summary>How a connection to the mail server is protected.</summary>
public enum MailSecurity
{
    /// <summary>TLS from the first byte, usually port 465.</summary>
    Tls,
    /// <summary>STARTTLS, which must succeed; usually port 587.</summary>
    StartTls,
    /// <summary>Not at all: for a server on the same machine or network.</summary>
    None,
}

/// <summary>How the hub sends e-mail.</summary>
/// <param name="User">Null = the server asks for nobody.</param>
/// <param name="Password">A secret.</param>
/// <param name="From">The sender's address.</param>
/// <param name="FromName">The sender's name.</param>
public sealed record MailSettings(string Host, int Port, MailSecurity Security, string? User, string? Password, string From, string FromName)
{
    /// <summary>Never the password.</summary>
    public override string ToString() => $"{Host}:{Port}";
}

/// <summary>What the mail settings shall be; an unnamed member stays. A host of null takes all of it away.</summary>
public sealed record MailDraft
{
    public Named<string?> Host { get; init; }
    public Named<int?> Port { get; init; }
    public Named<MailSecurity?> Security { get; init; }
    public Named<string?> User { get; init; }
    public Named<string?> Password { get; init; }
    public Named<string?> From { get; init; }
    public Named<string?> FromName { get; init; }
}

/// <summary>The mail settings: those of the configuration file and environment where there are any, else those in the database.</summary>
/// <param name="database">Where owners' settings are.</param>
/// <param name="box">Seals the password.</param>
/// <param name="fixedOnes">From file or environment: they cannot be changed here. Null = there are none.</param>
public sealed class MailAdmin(HubDatabase database, SecretBox box, MailSettings? fixedOnes = null)
{
    public const int UsualPort = 587;
    private const string Purpose = "mail password";

    /// <summary>They come from file or environment.</summary>
    public bool IsFixed => fixedOnes is not null;

    /// <returns>Null = no mail server is set up.</returns>
    public async Task<MailSettings?> ReadAsync(CancellationToken cancellation = default)
    {
        if (fixedOnes is not null)
        {
            return fixedOnes;
        }

        await using var reader = await HubReader.OpenAsync(database, consistent: false, cancellation);
        return Read((await SettingsStore.LoadAsync(reader, cancellation)).GetValueOrDefault(SettingsStore.Mail));
    }

    /// <exception cref="AdminException">A member cannot be, or the settings come from file or environment.</exception>
    public Task<ChangeReport> SetAsync(MailDraft draft, HubTransaction? within = null, CancellationToken cancellation = default) =>
        HubCommand.RunAsync(database, ChangeAreas.Configuration, within, dryRun: false, async transaction =>
        {
            if (IsFixed)
            {
                throw new AdminException("mail", "comes from the configuration file or the environment; change it there");
            }

            var context = transaction.Context;
            var present = Read(await SettingsStore.FindAsync(context, SettingsStore.Mail, cancellation));
            var next = Next(draft, present);
            var lines = new ChangeLines();
            lines.Set("host", present?.Host, next?.Host);
            lines.Set("port", present?.Port, next?.Port);
            lines.Set("security", present?.Security, next?.Security);
            lines.Set("user", present?.User, next?.User);
            lines.Set("from", present?.From, next?.From);
            lines.Set("from_name", present?.FromName, next?.FromName);
            if (present?.Password != next?.Password)
            {
                lines.Add(next?.Password is null ? "password: removed" : "password: changed");
            }

            if (lines.Any)
            {
                await SettingsStore.SetAsync(context, SettingsStore.Mail, next is null ? JsonText.EmptyMap : Write(next), cancellation);
                await context.SaveChangesAsync(cancellation);
            }

            return (lines.Report("settings mail", 0, created: false), lines.Any);
        }, cancellation);

    private static MailSettings? Next(MailDraft draft, MailSettings? present)
    {
        if (draft.Host.Or(present?.Host) is not { } host)
        {
            return draft.Host.IsNamed ? null : throw new AdminException("mail.host", "is missing");
        }

        var next = new MailSettings(
            host.Trim(), draft.Port.Or(present?.Port) ?? UsualPort, draft.Security.Or(present?.Security) ?? MailSecurity.StartTls, Text(draft.User.Or(present?.User)),
            Text(draft.Password.Or(present?.Password)), draft.From.Or(present?.From)?.Trim() ?? "", Text(draft.FromName.Or(present?.FromName)) ?? "AIOHub");
        Check(next);
        return next;

        static string? Text(string? value) => string.IsNullOrEmpty(value) ? null : value;
    }

    /// <summary>For settings out of whatever place.</summary>
    /// <exception cref="AdminException">A member cannot be.</exception>
    public static void Check(MailSettings settings)
    {
        var problems = new ProblemList();
        problems.Require(Uri.CheckHostName(settings.Host) != UriHostNameType.Unknown, "mail.host", "must be a host name or an address, such as smtp.example.com");
        problems.Require(settings.Port is > 0 and <= 65_535, "mail.port", "must be from 1 to 65535");
        problems.Require(MailAddress.TryCreate(settings.From, out var from) && from.Address == settings.From, "mail.from", "must be one e-mail address, such as aiohub@example.com");
        problems.Require(settings.FromName.Length <= 100 && !settings.FromName.Any(char.IsControl), "mail.from_name", "must have at most 100 characters");
        problems.Require(settings.User is not null || settings.Password is null, "mail.user", "is missing, though there is a password");
        problems.Require(settings.Security != MailSecurity.None || settings.Password is null, "mail.security", "must be tls or start_tls when there is a password: it would be sent in the clear");
        problems.ThrowIfAny();
    }

    private MailSettings? Read(string? json)
    {
        using var document = JsonDocument.Parse(json ?? JsonText.EmptyMap);
        var root = document.RootElement;
        return !root.TryGetProperty("host", out var host) ? null : new MailSettings(
            host.GetString()!, root.GetProperty("port").GetInt32(), Enum.Parse<MailSecurity>(root.GetProperty("security").GetString()!), Text("user"),
            Text("password") is { } password ? box.Open(Purpose, 0, password) : null, Text("from")!, Text("from_name") ?? "");

        string? Text(string name) => root.TryGetProperty(name, out var value) ? value.GetString() : null;
    }

    private string Write(MailSettings settings) => JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("host", settings.Host);
        writer.WriteNumber("port", settings.Port);
        writer.WriteString("security", settings.Security.ToString());
        if (settings.User is { } user)
        {
            writer.WriteString("user", user);
        }

        if (settings.Password is { } password)
        {
            writer.WriteString("password", box.Seal(Purpose, 0, password));
        }

        writer.WriteString("from", settings.From);
        writer.WriteString("from_name", settings.FromName);
        writer.WriteEndObject();
    });
}
