using AioHub.Admin.Alerts;
using AioHub.Admin.Audit;
using AioHub.Admin.Calls;
using AioHub.Admin.Channels;
using AioHub.Admin.Configuration;
using AioHub.Admin.Groups;
using AioHub.Admin.Imports;
using AioHub.Admin.Keys;
using AioHub.Admin.Models;
using AioHub.Admin.Playground;
using AioHub.Admin.Prices;
using AioHub.Admin.Session;
using AioHub.Admin.Settings;
using AioHub.Admin.Usage;
using AioHub.Admin.Users;
using AioHub.Admin.Wallet;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace AioHub.Admin;

/// <summary>Every room of the management API and where it stands; the rooms say their pages.</summary>
internal static class ManagementEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api");
        SessionEndpoints.Map(api.MapGroup("/session").WithTags("Session"));
        SessionEndpoints.MapMe(api.MapGroup("/me").WithTags("Me"));
        KeyEndpoints.Map(api.MapGroup("/me").WithTags("Keys"));
        UsageEndpoints.Map(api.MapGroup("/me/usage").WithTags("Usage"), api.MapGroup("/admin/usage").WithTags("Usage"));
        CallEndpoints.Map(api.MapGroup("/me/calls").WithTags("Log"), api.MapGroup("/admin/calls").WithTags("Log"));
        ModelEndpoints.MapOwn(api.MapGroup("/me/models").WithTags("Models"));
        PlaygroundEndpoints.Map(api.MapGroup("/me/playground").WithTags("Playground"));
        WalletEndpoints.MapOwn(api.MapGroup("/me/wallet").WithTags("Wallet"));
        AlertEndpoints.MapOwn(api.MapGroup("/me/alerts").WithTags("Alerts"));
        UserEndpoints.Map(api.MapGroup("/admin").WithTags("Users"));
        WalletEndpoints.Map(api.MapGroup("/admin").WithTags("Money"));
        ModelEndpoints.Map(api.MapGroup("/admin/models").WithTags("Models"));
        PriceEndpoints.Map(api.MapGroup("/admin/prices").WithTags("Prices"));
        ChannelEndpoints.Map(api.MapGroup("/admin").WithTags("Channels"));
        GroupEndpoints.Map(api.MapGroup("/admin").WithTags("Groups"));
        AlertEndpoints.Map(api.MapGroup("/admin").WithTags("Alerts"));
        SettingsEndpoints.Map(api.MapGroup("/admin/settings").WithTags("Settings"));
        ConfigurationEndpoints.Map(api.MapGroup("/admin/configuration").WithTags("Configuration"));
        ImportEndpoints.Map(api.MapGroup("/admin/imports").WithTags("Imports"));
        AuditEndpoints.Map(api.MapGroup("/admin").WithTags("Audit"));
    }
}
