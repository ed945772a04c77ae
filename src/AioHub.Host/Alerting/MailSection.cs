using System.ComponentModel.DataAnnotations;
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
