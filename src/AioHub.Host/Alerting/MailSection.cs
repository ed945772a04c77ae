using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AioHub.Core.Alerts;
using AioHub.Core.Primitives;

namespace AioHub.Host.Alerting;

/// <summary>How the hub sends e-mail, from file or environment: section <c>AioHub:Mail</c>. Without a host, owners set it in the console.</summary>
internal sealed class MailSection
{
    public string? Host { get; set; }

    public int Port { get; set; } = MailAdmin.UsualPort;

    public MailSecurity Security { get; set; } = MailSecurity.StartTls;

    public string? User { get; set; }

    public string? Password { get; set; }

    public string From { get; set; } = "";

    public string FromName { get; set; } = "AIOHub";

    /// <summary>A file of certificates (PEM) of authorities that are trusted beside the machine's, for a mail server with a certificate of the house; null = none. It counts also where owners set the server.</summary>
    public string? Roots { get; set; }

    /// <exception cref="ValidationException">The file is not there, or holds no certificate.</exception>
    public X509Certificate2Collection? ReadRoots()
    {
        if (string.IsNullOrEmpty(Roots))
        {
            return null;
        }

        var roots = new X509Certificate2Collection();
        try
        {
            roots.ImportFromPemFile(Roots);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ValidationException($"AioHub:Mail:Roots: '{Roots}' cannot be read: {failure.Message}", failure);
        }

        return roots.Count > 0 ? roots : throw new ValidationException($"AioHub:Mail:Roots: '{Roots}' holds no certificate; it must be PEM, -----BEGIN CERTIFICATE-----");
    }

    /// <returns>Null = there is no host.</returns>
    /// <exception cref="ValidationException">A value cannot be; the message names it.</exception>
    public MailSettings? ToSettings()
    {
        if (string.IsNullOrEmpty(Host))
        {
            return null;
        }

        var settings = new MailSettings(Host, Port, Security, User, Password, From, FromName);
        try
        {
            MailAdmin.Check(settings);
        }
        catch (AdminException failure)
        {
            throw new ValidationException("AioHub:Mail: " + failure.Message, failure);
        }

        return settings;
    }
}
